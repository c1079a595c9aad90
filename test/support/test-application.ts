import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/settings/load.ts';
import { type Application, compose, type Overrides } from '../../src/wiring/application.ts';
import { importTestAccounts } from './test-accounts.ts';

/** What a body says beside its header. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface TestApplication {
  readonly application: Application;
  readonly methodsUrl: string;
  readonly operatorUrl: string;
  readonly receiptsUrl: string | undefined;
  readonly internalUrl: string | undefined;
  readonly dataDirectory: string;
  /** Calls a method as Google would, with the present as timestamp. */
  call(method: string, requestId: string, fields: Fields, header?: Fields): Promise<Answer>;
  stop(): Promise<void>;
}

export interface TestOptions {
  /** Settings by dotted path. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly overrides?: Overrides;
  /** Data to start with; not removed at the end. `undefined`: a new folder with the test accounts. */
  readonly dataDirectory?: string;
}

/** The real application on free ports, without a log, in this process. */
export async function startApplication(options: TestOptions = {}): Promise<TestApplication> {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'gsp-otp-test-'));
  const config = loadConfig({
    env: {},
    overrides: { ...TEST_SETTINGS, dataDirectory, ...options.settings },
  });
  if (options.dataDirectory === undefined) await importTestAccounts(dataDirectory, undefined, config);
  const application = await compose(config, options.overrides);
  const { methods, operator, receipts, internal } = await application.listen();
  return {
    application,
    methodsUrl: methods,
    operatorUrl: operator,
    receiptsUrl: receipts,
    internalUrl: internal,
    dataDirectory,
    call: (method, requestId, fields, header) => callMethod(methods, method, requestId, fields, header),
    async stop() {
      await application.close();
      if (options.dataDirectory === undefined) rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

export const TEST_SETTINGS: Readonly<Record<string, unknown>> = {
  'http.port': 0,
  'operator.port': 0,
  'log.level': 'silent',
};

export async function callMethod(
  methodsUrl: string,
  method: string,
  requestId: string,
  fields: Fields,
  header: Fields = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const protocolVersion = { major: 1, minor: 0, revision: 0 };
  const requestHeader = { protocolVersion, requestId, requestTimestamp: String(Date.now()), ...header };
  const response = await fetch(`${methodsUrl}/v1/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requestHeader, ...fields }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** The code in a text of the shipped templates: the only run of exactly six digits. */
export function codeIn(text: string): string {
  return /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0] ?? '';
}
