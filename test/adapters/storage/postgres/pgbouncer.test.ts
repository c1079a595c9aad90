import { after, test } from 'node:test';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { otpStoreSuite } from '../../../contracts/otp-store.ts';
import type { StoreFactory } from '../../../contracts/store-factory.ts';
import type { StoreSuite } from '../../../contracts/store-suite.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { type PgBouncer, startPgBouncer } from '../../../support/postgres/pgbouncer.ts';
import { testSchema } from '../../../support/postgres/schema.ts';
import { proofSize } from '../../../support/proof-size.ts';

/** So many tests of the contract, one in so many of them. */
const TESTS = proofSize('PROOF_POOLED', { quick: 4, mass: 1000 });

/** Before the server that the tests share. */
let pooler: Promise<PgBouncer> | undefined;
after(async () => (await pooler)?.stop());

const open: StoreFactory = async (t) => {
  const { url, schema } = await testSchema();
  const { port, pathname } = new URL(url);
  pooler ??= startPgBouncer({ port: Number(port) });
  const behind = { url: (await pooler).url(pathname.slice(1)), schema };
  const settings = { kind: 'postgres', ...connectionTo(behind) } as const;
  const openOne = async () => {
    const { store } = await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, 'serve');
    t.after(() => store.close());
    return store;
  };
  const store = await openOne();
  return {
    store,
    async reopen() {
      await store.close();
      return openOne();
    },
  };
};

const tests: Parameters<StoreSuite['test']>[] = [];
otpStoreSuite({ open, test: (...one) => void tests.push(one) });
const each = Math.ceil(tests.length / TESTS);
for (const [place, [name, run]] of tests.entries()) {
  if (place % each === 0) test(`behind a pooler of transactions: ${name}`, run);
}
