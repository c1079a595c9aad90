import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { DataTerms } from '../../../src/adapters/data-kind.ts';
import { storeKinds } from '../../../src/adapters/storage/catalog.ts';
import type { StoreAccess, StoreKind } from '../../../src/adapters/storage/store-kind.ts';
import { judgeRotated } from '../../../src/domain/challenge/judge-end.ts';
import type { HeldCode } from '../../../src/ports/otp-store.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import {
  accepted,
  anAttempt,
  anEcho,
  idFor,
  issue,
  MINUTE,
  settleText,
  T0,
  toJudge,
} from '../../contracts/otp-orders.ts';
import { completeRequest } from '../../contracts/otp-steps.ts';
import { otpStoreContract } from '../../contracts/otp-store.ts';
import { storeKindsUnderTest } from './store-kinds.ts';

type Terms = DataTerms<Settings['store']>;

const checks = { digests: '01', codes: { s1: '02' } };
const unavailable = { name: 'UnavailableError' };

for (const row of storeKinds as readonly StoreKind[]) {
  const placeOf = storeKindsUnderTest[row.kind as keyof typeof storeKindsUnderTest];
  const open = async (t: TestContext, terms: Terms, access: StoreAccess) => {
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
type Open = (t: TestContext, terms: Terms, access: StoreAccess) => ReturnType<StoreKind['open']>;

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
    const { store, isNew, fault } = await open(t, terms, 'serve');
    assert.deepEqual([isNew, await store.newestMoment(), fault?.()], [true, 0, undefined]);
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

  test('it is changed beside the server, which sees it at once and goes on', async (t) => {
    const terms = await placeOf(t);
    await assert.rejects(row.open(terms, 'beside'), unavailable);
    const server = await open(t, terms, 'serve');
    const beside = await open(t, terms, 'beside');
    const state = { kind: 'confirmed', untilMs: 1 } as const;
    await beside.store.setClosedState(state);
    assert.deepEqual(await server.store.closedState(), state);
    await beside.store.close();
    await server.store.check();
    assert.equal(server.fault?.(), undefined);
    await server.store.setClosedState({ ...state, untilMs: 2 });
    assert.deepEqual((await (await open(t, terms, 'read')).store.closedState())?.kind, 'confirmed');
  });

  test('[ENV-1] the other environment is refused', async (t) => {
    const terms = await placeOf(t);
    await (await open(t, terms, 'serve')).store.close();
    for (const access of ['serve', 'make', 'read', 'beside'] as const) {
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
    assert.deepEqual(await keys.codesBySecret(), []);
    await keys.note(checks);
    await store.close();
    assert.deepEqual(await (await open(t, terms, 'read')).keys.checks(), checks);
  });

  test('[OQ-72] the last code of each secret and state is told, however many requests came after it', async (t) => {
    const { store, keys } = await open(t, await placeOf(t), 'serve');
    const wall = (minutes: number) => ({ expiresAtWallMs: T0 + minutes * MINUTE });
    await issue(store, 'past', { secretId: 'past' }, { nowMs: T0 - 10 * MINUTE });
    await issue(store, 'early', { secretId: 'old', ...wall(1) });
    await issue(store, 'late', { secretId: 'old', ...wall(3) });
    await issue(store, 'sent', { secretId: 'old', ...wall(2) });
    await settleText(store, accepted('sent'));
    await issue(store, 'new', { secretId: 'new', ...wall(4) });
    const echoes = Array.from({ length: 1000 }, (_, n) => completeRequest(store, anEcho(`echo-${n}`)));
    await Promise.all(echoes);
    const told = (await keys.codesBySecret()).map((one) => JSON.stringify(one));
    const expected = [
      { secretId: 'new', state: 'submitting', ...wall(4) },
      { secretId: 'old', state: 'sent', ...wall(2) },
      { secretId: 'old', state: 'submitting', ...wall(3) },
    ];
    assert.deepEqual(
      told.sort(),
      expected.map((one) => JSON.stringify(one)),
    );
  });

  test('[OQ-72] other checks are noted and unused codes ended for good, unless it is only tried', async (t) => {
    const { store, keys } = await open(t, await placeOf(t), 'serve');
    await keys.note(checks);
    for (const requestId of ['one', 'two', 'used']) await issue(store, requestId);
    const order = anAttempt('verify-1', 'used');
    await store.attempt(order, toJudge(order, true));
    const other = { ...checks, digests: 'ff' };
    const asked: string[] = [];
    const decide = (code: HeldCode) => {
      asked.push(code.challengeId);
      return code.challengeId === idFor('one') ? judgeRotated(code, T0 + MINUTE) : undefined;
    };
    assert.equal(await keys.rotate(other, decide, { dryRun: true }), 1);
    assert.deepEqual(await keys.checks(), checks);
    const lastEvent = async () => (await store.history('one'))[0]?.challenge?.events.at(-1)?.event;
    assert.notEqual(await lastEvent(), 'secretRotated');
    assert.equal(await keys.rotate(other, decide, { dryRun: false }), 1);
    assert.deepEqual(await keys.checks(), other);
    assert.equal(await lastEvent(), 'secretRotated');
    const unused = [idFor('one'), idFor('two')];
    assert.deepEqual(asked, [...unused, ...unused]);
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
