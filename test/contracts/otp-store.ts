import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UnavailableError } from '../../src/ports/unavailable.ts';
import { issue } from './otp-orders.ts';
import { associationsContract } from './otp-store/associations.ts';
import { consumeContract } from './otp-store/consume.ts';
import { againContract } from './otp-store-again.ts';
import { attemptContract } from './otp-store-attempt.ts';
import { closedContract } from './otp-store-closed.ts';
import { completeContract } from './otp-store-complete.ts';
import { concurrencyContract } from './otp-store-concurrency.ts';
import { countsContract } from './otp-store-counts.ts';
import { endCodesContract, eraseContract } from './otp-store-end-codes.ts';
import { factsContract } from './otp-store-facts.ts';
import { guardContract } from './otp-store-guard.ts';
import { issueContract } from './otp-store-issue.ts';
import { receiptContract } from './otp-store-receipt.ts';
import { settleContract } from './otp-store-settle.ts';
import { sharedContract } from './otp-store-shared.ts';
import { supersedeContract } from './otp-store-supersede.ts';
import { rememberContract, sweepContract } from './otp-store-sweep.ts';
import { toldContract } from './otp-store-told.ts';
import type { StoreFactory } from './store-factory.ts';
import type { StoreSuite } from './store-suite.ts';

/** What every OTP store must do, whatever stands behind it. */
export function otpStoreContract(name: string, open: StoreFactory): void {
  describe(`${name} as an OTP store`, () => otpStoreSuite({ open, test }));
}

/** The same, told to whoever is to run it. */
export function otpStoreSuite(suite: StoreSuite): void {
  issueContract(suite);
  countsContract(suite);
  factsContract(suite);
  supersedeContract(suite);
  settleContract(suite);
  attemptContract(suite);
  consumeContract(suite);
  associationsContract(suite);
  completeContract(suite);
  receiptContract(suite);
  guardContract(suite);
  closedContract(suite);
  endCodesContract(suite);
  eraseContract(suite);
  toldContract(suite);
  againContract(suite);
  sweepContract(suite);
  rememberContract(suite);
  concurrencyContract(suite);
  sharedContract(suite);
  closingContract(suite);
}

function closingContract({ open, test }: StoreSuite): void {
  test('a store that can write says so', async (t) => {
    const { store } = await open(t);
    await store.check();
  });

  test('closing finishes the steps under way, may be repeated, and nothing can be asked afterwards', async (t) => {
    const { store, reopen } = await open(t);
    const steps = ['send-1', 'send-2'].map((requestId) => issue(store, requestId));
    await store.close();
    await Promise.all(steps);
    await store.close();
    await assert.rejects(store.check(), UnavailableError);
    await assert.rejects(issue(store, 'send-3'), UnavailableError);
    await assert.rejects(store.findChallenge('send-1'), UnavailableError);
    const reopened = await reopen();
    assert.ok(await reopened.findChallenge('send-1'));
    assert.ok(await reopened.findChallenge('send-2'));
    assert.equal(await reopened.findChallenge('send-3'), undefined);
  });
}
