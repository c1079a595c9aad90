import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSqliteOtpStore } from '../../../src/adapters/storage/sqlite/otp-store.ts';
import type { Account, AccountDirectory, AccountStatus } from '../../../src/ports/account-directory.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { kindsUnderTest, storeSettingsUnderTest } from '../../adapters/storage/store-kinds.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { activeAssociation, activeNumber } from '../../support/test-accounts.ts';
import {
  codeIn,
  startApplication,
  type TestApplication,
  type TestOptions,
} from '../../support/test-application.ts';

/** Of eight accounts that were seen, two may be closed. */
const GUARDED = {
  'closedGuard.mode': 'enforce',
  'closedGuard.seenMin': 5,
  'closedGuard.closedMin': 2,
  'closedGuard.share': 0.3,
};
const CLOSED = ['assoc-closed', 'assoc-taken-over', 'assoc-fraud'] as const;

/** What sendOtp says of an account: its result, or the status where it has none. */
async function send(app: TestApplication, requestId: string, fields: object): Promise<unknown> {
  const { status, body } = await app.call('sendOtp', requestId, {
    smsMatchingToken: 'AB12345678C',
    ...fields,
  });
  return status === 200 ? body['result'] : status;
}

async function sendToActive(app: TestApplication, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    assert.equal(await send(app, `active-${n}`, { associationId: activeAssociation(n) }), 'SUCCESS');
  }
}

async function start(t: TestContext, options: TestOptions): Promise<TestApplication> {
  const app = await startApplication(options);
  t.after(() => app.stop());
  return app;
}

async function metric(app: TestApplication, name: string): Promise<number> {
  const page = await (await fetch(`${app.operatorUrl}/metrics`)).text();
  return Number(new RegExp(`^gsp_otp_${name} (\\d+)$`, 'm').exec(page)?.[1]);
}

for (const kind of kindsUnderTest) {
  test(`[SO-11, OQ-95] ${kind}: when too many are closed, closed accounts wait for an operator, and nobody else does`, async (t) => {
    const settings = { ...GUARDED, ...(await storeSettingsUnderTest[kind]()) };
    const first = await start(t, { settings });
    const { dataDirectory } = first;
    const told = (app: TestApplication, associationId: string, requestId: string) =>
      send(app, requestId, { associationId });
    await sendToActive(first, 5);
    assert.equal(await told(first, CLOSED[0], 'closed-0'), 'ACCOUNT_CLOSED');
    assert.equal(await told(first, CLOSED[1], 'closed-1'), 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER');
    // Retries of what was answered, and other requests for the same account, feed nothing.
    assert.equal(await told(first, CLOSED[1], 'closed-1'), 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER');
    assert.equal(await told(first, CLOSED[1], 'closed-1b'), 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER');
    assert.equal(await metric(first, 'closed_accounts_withheld'), 0);
    assert.equal(await told(first, CLOSED[2], 'closed-2'), 503);
    assert.equal(await told(first, CLOSED[2], 'closed-2'), 503);
    assert.deepEqual(await first.application.store.history('closed-2'), []);
    assert.equal(await told(first, CLOSED[0], 'closed-0'), 'ACCOUNT_CLOSED');
    assert.equal(await told(first, CLOSED[0], 'closed-0b'), 503);
    assert.equal(await metric(first, 'closed_accounts_withheld'), 1);
    assert.equal(await metric(first, 'closed_accounts_withheld_total'), 3);

    // Neither a restart nor another server changes anything about it.
    if (kind === 'sqlite') await first.application.close();
    const app = await start(t, { settings, dataDirectory });
    assert.equal(await told(app, CLOSED[2], 'closed-2'), 503);
    assert.equal(await send(app, 'active', { associationId: activeAssociation(9) }), 'SUCCESS');
    assert.equal(await send(app, 'number', { accountPhoneNumber: '+15550100002' }), 'UNKNOWN_PHONE_NUMBER');
    const health = await fetch(`${app.operatorUrl}/health/ready`);
    assert.equal(health.status, 200);
    assert.match(await health.text(), /3 of 8 accounts within a day.*gsp-otp guard confirm-closed/);

    await assert.rejects(app.application.confirmClosed(0), RangeError);
    await app.application.confirmClosed(1);
    assert.equal(await told(app, CLOSED[2], 'closed-2'), 'ACCOUNT_CLOSED_FRAUD');
    assert.equal(await metric(app, 'closed_accounts_withheld'), 0);
  });
}

test('[OQ-95] numbers that anybody can type count for nothing', async (t) => {
  const app = await start(t, { settings: GUARDED });
  for (let n = 0; n < 5; n += 1)
    assert.equal(await send(app, `number-${n}`, { accountPhoneNumber: activeNumber(n) }), 'SUCCESS');
  for (const [n, number] of ['+15550100002', '+15550100003', '+15550100004'].entries())
    assert.equal(await send(app, `closed-${n}`, { accountPhoneNumber: number }), 'UNKNOWN_PHONE_NUMBER');
  for (const [n, associationId] of CLOSED.entries())
    assert.match(String(await send(app, `association-${n}`, { associationId })), /^ACCOUNT_CLOSED/);
});

test('[OQ-95] the sandbox withholds nothing unless it is told to', async (t) => {
  const { 'closedGuard.mode': _mode, ...settings } = GUARDED;
  const app = await start(t, { settings });
  for (const [n, associationId] of CLOSED.entries())
    assert.match(String(await send(app, `closed-${n}`, { associationId })), /^ACCOUNT_CLOSED/);
});

/** A directory of somebody's own that says of all accounts the same. */
function ownDirectory(): AccountDirectory & { status: AccountStatus } {
  const account = (accountId: string, status: AccountStatus): Account => {
    const phoneNumber = new Secret(activeNumber(Number(accountId)), '+**');
    return { accountId, status, phoneNumber, language: undefined };
  };
  return {
    status: 'active',
    async findByAssociationId(associationId) {
      return account(associationId, this.status);
    },
    findByAccountId: async () => undefined,
    findByPhoneNumber: async () => [],
    check: async () => {},
    close: async () => {},
  };
}

test('[SO-11, OQ-95] a directory of somebody’s own that breaks closes few, and ends codes that are typed meanwhile', async (t) => {
  const directory = ownDirectory();
  const app = await start(t, { settings: GUARDED, overrides: { directory } });
  const ask = (n: number, requestId: string) => send(app, requestId, { associationId: String(n) });
  for (let n = 0; n < 6; n += 1) assert.equal(await ask(n, `send-${n}`), 'SUCCESS');
  const [text] = app.application.inbox?.texts(1) ?? [];
  directory.status = 'closed';
  assert.equal(await ask(0, 'again-0'), 'ACCOUNT_CLOSED');
  for (let n = 1; n < 6; n += 1) assert.equal(await ask(n, `again-${n}`), 503, String(n));
  // No instrument is lost by that, so the directory is believed.
  const otp = codeIn(text?.text.reveal() ?? '');
  const typed = await app.call('verifyOtp', 'verify-5', { sendOtpRequestId: 'send-5', otp });
  assert.equal(typed.body['result'], 'OTP_NOT_MATCHED');
  directory.status = 'active';
  assert.equal(await ask(7, 'mended-7'), 'SUCCESS');
  directory.status = 'closed-fraud';
  assert.equal(await ask(8, 'fraud-8'), 503);
});

test('[OQ-95] to count an account that is not closed costs no durable step', async (t) => {
  const commitsOf = async (settings: object) => {
    const file = join(temporaryDirectory(t), 'otp.sqlite');
    const store = openSqliteOtpStore({ file, environment: 'sandbox' });
    const app = await start(t, { settings: { ...GUARDED, ...settings }, overrides: { store } });
    const before = store.durableCommits;
    await sendToActive(app, 20);
    return store.durableCommits - before;
  };
  // A step of retention, which comes when it comes, may be among them.
  const more = (await commitsOf({})) - (await commitsOf({ 'closedGuard.mode': 'off' }));
  assert.ok(Math.abs(more) < 10, `${more} more`);
});
