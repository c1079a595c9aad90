import type { TestContext } from 'node:test';
import { loadConfig } from '../../../src/settings/load.ts';
import { connect } from '../../support/postgres/connect.ts';
import { storeSettings } from '../../support/postgres/connection.ts';
import { testSchema } from '../../support/postgres/schema.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { importTestAccounts } from '../../support/test-accounts.ts';
import { startApplication, type TestApplication, type TestOptions } from '../../support/test-application.ts';

export interface Shared {
  /** Where the settings say that the store is. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly dataDirectory: string;
  /** Starts one more server. It stops with the test. */
  start(options?: Omit<TestOptions, 'dataDirectory'>): Promise<TestApplication>;
  /** Runs a statement on the tables, of which `{schema}` has the place. */
  run(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** One PostgreSQL store with the test accounts, for any number of real servers in this process. */
export async function sharedStore(t: TestContext): Promise<Shared> {
  const place = await testSchema();
  const dataDirectory = temporaryDirectory(t);
  const settings = { ...storeSettings(place), 'quotas.coolDownMs': 0 };
  const config = loadConfig({ env: {}, overrides: { ...settings, dataDirectory } });
  await importTestAccounts(dataDirectory, undefined, config);
  const client = await connect(t, place.url);
  return {
    settings,
    dataDirectory,
    async start(options = {}) {
      const app = await startApplication({
        ...options,
        dataDirectory,
        settings: { ...settings, ...options.settings },
      });
      t.after(() => app.stop());
      return app;
    },
    run: async (text) => (await client.query(text.replaceAll('{schema}', place.schema))).rows,
  };
}

/** What a server says of itself among the others: why it isn't ready, and what it warns of. */
export async function amongNodes({
  operatorUrl,
}: TestApplication): Promise<{ readonly reason?: string; readonly warnings?: readonly string[] }> {
  const response = await fetch(`${operatorUrl}/health/ready`);
  const { status, checks } = (await response.json()) as {
    readonly status: string;
    readonly checks: readonly { readonly name: string; readonly status: string }[];
  };
  const { name, status: own, ...said } = checks.find((check) => check.name === 'nodes') ?? assertIsThere();
  if ((own === 'ok') !== (status === 'ready')) throw new Error(JSON.stringify(checks));
  return said;
}

function assertIsThere(): never {
  throw new Error('readiness has no check of the servers');
}
