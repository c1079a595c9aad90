import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { DataAccess, DataTerms } from '../../../src/adapters/data-kind.ts';
import { storeKinds } from '../../../src/adapters/storage/catalog.ts';
import type { StoreKind } from '../../../src/adapters/storage/store-kind.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { otpStoreContract } from '../../contracts/otp-store.ts';
import { storeKindsUnderTest } from './store-kinds.ts';

type Terms = DataTerms<Settings['store']>;

const checks = { digests: '01', codes: { s1: '02' } };
const unavailable = { name: 'UnavailableError' };

for (const row of storeKinds as readonly StoreKind[]) {
  const placeOf = storeKindsUnderTest[row.kind as keyof typeof storeKindsUnderTest];
  const open = async (t: TestContext, terms: Terms, access: DataAccess) => {
    const opened = await row.open(terms, access);
    t.after(() => opened.store.close());
    return opened;
  };

  otpStoreContract(`a store of kind ${row.kind}`, async (t) => {
    const terms = await placeOf(t);
    const { store } = await open(t, terms, 'serve');
    return {
      store,
      async reopen() {
        await store.close();
        return (await open(t, terms, 'serve')).store;
      },
    };
  });

  describe(`a store of kind ${row.kind} as a row of the catalog`, () => {
    opensInEveryWay(row, placeOf, open);
    remembersKeys(placeOf, open, row);
  });
}

type Place = (t: TestContext) => Promise<Terms>;
type Open = (t: TestContext, terms: Terms, access: DataAccess) => ReturnType<StoreKind['open']>;

function opensInEveryWay(row: StoreKind, placeOf: Place, open: Open): void {
  test('[IDEM-2] production goes on with the store that it has, and makes one only where that is meant', async (t) => {
    const terms = { ...(await placeOf(t)), environment: 'production' } as const;
    await assert.rejects(row.open(terms, 'serve'), unavailable);
    assert.equal((await row.inspect(terms, 'serve')).fromVersion, 0);
    const made = await open(t, terms, 'make');
    assert.equal(made.isNew, true);
    await made.store.close();
    assert.equal((await open(t, terms, 'serve')).isNew, false);
  });

  test('the sandbox makes one at its first start; whoever looks at it never does', async (t) => {
    const terms = await placeOf(t);
    await assert.rejects(row.open(terms, 'read'), unavailable);
    const { fromVersion, toVersion } = await row.inspect(terms, 'serve');
    assert.deepEqual([fromVersion, toVersion > 0], [0, true]);
    const { store, isNew, newestMomentMs, fault } = await open(t, terms, 'serve');
    assert.deepEqual([isNew, newestMomentMs, fault?.()], [true, 0, undefined]);
    await store.check();
    assert.deepEqual(await row.inspect(terms, 'serve'), { fromVersion: toVersion, toVersion });
  });

  test('it is read beside the server, and changed by nobody who reads', async (t) => {
    const terms = await placeOf(t);
    await open(t, terms, 'serve');
    const { store } = await open(t, terms, 'read');
    assert.deepEqual(await store.history('r-1'), []);
    await assert.rejects(store.remember(1), unavailable);
  });

  test('[ENV-1] the other environment is refused', async (t) => {
    const terms = await placeOf(t);
    await (await open(t, terms, 'serve')).store.close();
    for (const access of ['serve', 'make', 'read'] as const) {
      await assert.rejects(row.open({ ...terms, environment: 'production' }, access), unavailable);
    }
  });

  test('where it is, is told without opening it', async (t) => {
    assert.notEqual(row.where(await placeOf(t)), '');
  });
}

function remembersKeys(placeOf: Place, open: Open, row: StoreKind): void {
  test('[OQ-72] the checks of its secrets are there after a restart', async (t) => {
    const terms = await placeOf(t);
    const { store, keys } = await open(t, terms, 'serve');
    assert.equal(await keys.checks(), undefined);
    assert.deepEqual(await keys.secretsInUse(0), []);
    await keys.note(checks);
    await store.close();
    assert.deepEqual(await (await open(t, terms, 'read')).keys.checks(), checks);
  });

  test('[OQ-72] other checks are noted for good, unless it is only tried', async (t) => {
    const { keys } = await open(t, await placeOf(t), 'serve');
    await keys.note(checks);
    const other = { ...checks, digests: 'ff' };
    assert.equal(await keys.rotate(other, { nowMs: 1, dryRun: true }), 0);
    assert.deepEqual(await keys.checks(), checks);
    assert.equal(await keys.rotate(other, { nowMs: 1, dryRun: false }), 0);
    assert.deepEqual(await keys.checks(), other);
  });

  test('[OQ-79] revoked keys are there after a restart, and for who only asks for them', async (t) => {
    const terms = await placeOf(t);
    assert.deepEqual(await row.revokedKeys(terms), []);
    const { store, keys } = await open(t, terms, 'serve');
    assert.deepEqual(await keys.revoked(), []);
    const fingerprints = ['a'.repeat(40), 'b'.repeat(40)];
    await keys.keepRevoked(fingerprints);
    assert.deepEqual(await row.revokedKeys(terms), fingerprints);
    await store.close();
    assert.deepEqual(await (await open(t, terms, 'serve')).keys.revoked(), fingerprints);
  });
}
