import type { TestContext } from 'node:test';
import { authorizationOf } from '../../../src/http/internal/signature.ts';
import { SCOPES, type Scope } from '../../../src/ports/caller.ts';
import { startApplication, type TestApplication, type TestOptions } from '../../support/test-application.ts';

export const TOKEN_OF_ALL = 'token-of-all-scopes-MARKED-0123456789';
export const HMAC_KEY = 'key-of-the-signer-MARKED-01234567890123';

export const tokenOf = (scope: Scope) => `token-of-${scope}-MARKED-0123456789abcdef`;

/** One caller of each scope, one of all by token and one of all by signature. */
export const CALLERS = [
  ...SCOPES.map((scope) => ({ name: `only-${scope}`, scopes: [scope], token: { value: tokenOf(scope) } })),
  { name: 'all', scopes: [...SCOPES], token: { value: TOKEN_OF_ALL } },
  { name: 'signer', scopes: [...SCOPES], hmacKey: { value: HMAC_KEY } },
];

export interface AskOptions {
  /** `undefined`: none. */
  readonly authorization?: string;
  readonly token?: string;
  /** Seconds since 1970 that a signature is made with. */
  readonly signedAt?: number;
  readonly signedBy?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text goes as it is. */
  readonly body?: object | string;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks the internal API as the options say. */
async function ask(url: string, method: string, path: string, options: AskOptions = {}): Promise<Told> {
  const { token, signedAt, signedBy = 'signer', key = HMAC_KEY, headers, authorization } = options;
  const body = typeof options.body === 'object' ? JSON.stringify(options.body) : options.body;
  const proof = token === undefined ? authorization : `Bearer ${token}`;
  const call = {
    method,
    path,
    timestamp: String(signedAt),
    idempotencyKey: headers?.['idempotency-key'] ?? '',
  };
  const signature =
    signedAt === undefined
      ? proof
      : authorizationOf({ ...call, body: Buffer.from(body ?? '') }, signedBy, key);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(signature !== undefined && { authorization: signature }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

export interface InternalUnderTest {
  readonly app: TestApplication;
  readonly url: string;
  /** With the token of all scopes, unless the options say otherwise. */
  readonly ask: (method: string, path: string, options?: AskOptions) => Promise<Told>;
  /** Lines of the log. */
  readonly log: Record<string, unknown>[];
}

/** The real application with the internal API in clear, for `CALLERS` unless the settings say otherwise. */
export async function startInternal(
  t: Pick<TestContext, 'after'>,
  { settings = {}, ...options }: TestOptions = {},
): Promise<InternalUnderTest> {
  const log: Record<string, unknown>[] = [];
  const app = await startApplication({
    settings: {
      'internal.port': 0,
      'internal.callers': CALLERS,
      'quotas.coolDownMs': 0,
      'log.level': 'warn',
      ...settings,
    },
    overrides: { logDestination: { write: (line) => void log.push(JSON.parse(line)) }, ...options.overrides },
  });
  t.after(() => app.stop());
  const url = app.internalUrl ?? '';
  return { app, url, log, ask: (method, path, one = { token: TOKEN_OF_ALL }) => ask(url, method, path, one) };
}
