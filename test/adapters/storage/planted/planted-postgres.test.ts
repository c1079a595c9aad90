import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import type { DataAccess, DataTerms } from '../../../../src/adapters/data-kind.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import type { PostgresStoreSettings } from '../../../../src/adapters/storage/postgres/settings.ts';
import type { OpenedStore } from '../../../../src/adapters/storage/store-kind.ts';
import { connect } from '../../../support/postgres/connect.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';
import { proofSize } from '../../../support/proof-size.ts';
import { loadChanged, requireOnce, type SourceChange } from './changed-source.ts';
import { contractAlone, failed } from './contract-alone.ts';
import { HARMLESS, postgresFaults } from './postgres-faults.ts';
import { postgresRaces, type Race } from './postgres-races.ts';

/** So many of the faults, one in so many of them. */
const FAULTS = proofSize('PROOF_PLANTED_FAULTS', { quick: 1, mass: 80 });
const RACES = proofSize('PROOF_PLANTED_FAULTS', { quick: 1, mass: 10_000 });

/** Goes last. */
const SLOW = /^of each list facts tell/;

type Open = (terms: DataTerms<PostgresStoreSettings>, access: DataAccess) => Promise<OpenedStore>;

test('each planted fault changes one place', () => {
  for (const fault of [...postgresFaults, ...postgresRaces]) requireOnce(fault);
  for (const [file, old] of HARMLESS) requireOnce({ file, old });
});

test('an engine on PostgreSQL with a fault in a statement or a decision fails the contract', async (t) => {
  const { tests, use } = await contractOnPostgres(t);
  const chosen = some(postgresFaults, FAULTS);
  t.diagnostic(`${chosen.length} of ${postgresFaults.length} faults`);
  const passed: SourceChange[] = [];
  for (const fault of chosen) {
    const file = 'src/adapters/storage/postgres/open-store.ts';
    const { openStore: open } = await loadChanged<{ openStore: Open }>(file, fault);
    await use(open);
    const found = await failed(tests, t);
    if (found === undefined) passed.push(fault);
    // What caught one is likely to catch the next.
    else
      tests.unshift(
        ...tests.splice(
          tests.findIndex(({ name }) => name === found),
          1,
        ),
      );
  }
  assert.deepEqual(passed, []);
});

test('one that goes wrong only beside others, or where the database fails, fails its own suites', async (t) => {
  const chosen = some(postgresRaces, RACES);
  t.diagnostic(`${chosen.length} of ${postgresRaces.length} faults`);
  const { url } = await testSchema();
  const passed: Race[] = [];
  for (const race of chosen) if (await passes(race, url)) passed.push(race);
  assert.deepEqual(passed, []);
});

function some<T>(all: readonly T[], count: number): readonly T[] {
  const each = Math.ceil(all.length / count);
  return all.filter((_, at) => (at + 1) % each === 0);
}

/** Whether the tests that should catch it pass with the fault, in a process of their own. */
function passes({ by, ...change }: Race, url: string): Promise<boolean> {
  const beginning = by.test.replace(/[[\]]/g, '\\$&');
  const env = { ...process.env, CHANGED_SOURCE: JSON.stringify(change), TEST_POSTGRES_URL: url };
  // That of a test, by which a process tells its results to another one.
  Reflect.deleteProperty(env, 'NODE_TEST_CONTEXT');
  const preload = ['--import', new URL('changed-process.ts', import.meta.url).href];
  const args = [...preload, '--test-reporter=tap', `--test-name-pattern=^${beginning}`, by.file];
  const { promise, resolve } = Promise.withResolvers<boolean>();
  execFile(process.execPath, args, { env, timeout: 120_000 }, (error, output) => {
    assert.match(output, /^# tests [1-9]/m, `${by.file} has no test ${by.test}`);
    resolve(error === null);
  });
  return promise;
}

/** The contract over the store that `use` opens. It has one schema, which is emptied in between. */
async function contractOnPostgres(t: TestContext) {
  const place = await testSchema();
  const client = await connect(t, place.url);
  const settings = { kind: 'postgres', ...connectionTo(place) } as const;
  const terms = { settings, environment: 'sandbox', dataDirectory: '' } as const;
  let open: Open = openStore;
  let { store } = await open(terms, 'serve');
  t.after(() => store.close());
  const reopen = async () => {
    await store.close();
    store = (await open(terms, 'serve')).store;
    return store;
  };
  const tables = ['request', 'subject', 'ceiling', 'misstep', 'block', 'meta'];
  const empty = [
    ...tables.map((table) => `DELETE FROM ${place.schema}.${table}`),
    `UPDATE ${place.schema}.retention_leader SET expires_at = now() - interval '1 s'`,
  ].join(';');
  const tests = contractAlone(async () => {
    await client.query(empty);
    // A test may have closed it.
    await store.check().catch(reopen);
    return { store, reopen, close: async () => {} };
  });
  return {
    tests: tests.sort((one, other) => Number(SLOW.test(one.name)) - Number(SLOW.test(other.name))),
    async use(other: Open) {
      open = other;
      await reopen();
    },
  };
}
