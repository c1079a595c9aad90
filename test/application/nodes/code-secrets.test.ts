import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotateSecrets } from '../../../src/operations/secrets.ts';
import { loadConfig } from '../../../src/settings/load.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn, TEST_SETTINGS, type TestApplication } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';
import { amongNodes, sharedStore } from './nodes-under-test.ts';

const secretOf = (letter: string) => ({ value: letter.repeat(32) });
const codes = (...ids: readonly string[]) => ({
  'digests.secret': secretOf('d'),
  'codes.secrets': ids.map((id) => ({ id, secret: secretOf(id) })),
});

/** Whether the code that one server sends is taken by another one. */
async function verifies(n: number, sender: TestApplication, verifier: TestApplication): Promise<unknown> {
  const fields = { accountPhoneNumber: activeNumber(n), smsMatchingToken: 'AB12345678C' };
  await sender.call('sendOtp', `send-${n}`, fields);
  const otp = codeIn(sender.application.inbox?.texts(1, activeNumber(n))[0]?.text.reveal() ?? '');
  return (await verifier.call('verifyOtp', `verify-${n}`, { sendOtpRequestId: `send-${n}`, otp })).body[
    'result'
  ];
}

test('[OQ-72] a code secret is rotated one server after the other, and every code is taken everywhere', async (t) => {
  const { start } = await sharedStore(t);
  let [one, other] = [await start({ settings: codes('a') }), await start({ settings: codes('a') })];
  const check = async (n: number) => {
    for (const app of [one, other]) assert.deepEqual(await amongNodes(app), {});
    assert.equal(await verifies(2 * n, one, other), 'SUCCESS');
    assert.equal(await verifies(2 * n + 1, other, one), 'SUCCESS');
  };
  await check(0);
  for (const [n, ids] of [
    ['a', 'b'],
    ['b', 'a'],
  ].entries()) {
    await one.stop();
    one = await start({ settings: codes(...ids) });
    await check(2 * n + 1);
    await other.stop();
    other = await start({ settings: codes(...ids) });
    await check(2 * n + 2);
  }
});

test('[OQ-72] a server is not ready as long as others could not take its codes', async (t) => {
  const { start } = await sharedStore(t);
  const first = await start({ settings: codes('a') });
  const early = await start({ settings: codes('b', 'a') });
  assert.match((await amongNodes(early)).reason ?? '', /^codes\.secrets has b first, which .* lacks/);
  // Whoever is in the wrong keeps nobody else from working.
  assert.deepEqual(await amongNodes(first), {});
  const second = await start({ settings: codes('a') });
  await first.stop();
  assert.deepEqual(await amongNodes(second), {});
  assert.match((await amongNodes(early)).reason ?? '', /^codes\.secrets has b first/);
  await second.stop();
  assert.deepEqual(await amongNodes(early), {});
});

test('[OQ-72] the store remembers the code secrets of all servers, whichever started last', async (t) => {
  const { start } = await sharedStore(t);
  const ahead = await start({ settings: codes('a', 'b') });
  await (await start({ settings: codes('a') })).stop();
  await ahead.stop();
  // Else it would have none of those that the store was served with.
  await (await start({ settings: codes('b') })).stop();
  await assert.rejects(
    start({ settings: codes('a') }),
    /none of the secrets that this store was served with last/,
  );
});

test('[OQ-72] the digest secret is replaced when no server is there, and one that missed it is not ready', async (t) => {
  const { start, settings, dataDirectory, run } = await sharedStore(t);
  // It tells nothing of itself while it isn't asked.
  const missed = await start({ settings: codes('a'), overrides: { clock: new TestClock() } });
  const next = { ...codes('a'), 'digests.secret': secretOf('e') };
  await assert.rejects(start({ settings: next }), /digests\.secret is not the one/);
  const overrides = { ...TEST_SETTINGS, ...settings, dataDirectory, ...next };
  const rotate = () => rotateSecrets(loadConfig({ env: {}, overrides }), 'digests', { dryRun: false });
  await assert.rejects(rotate(), /is used by servers \(.*\/[0-9]+\): stop them first/);
  await run("UPDATE {schema}.node SET seen_at = now() - interval '1 minute'");
  assert.equal((await rotate()).needed, true);
  const renewed = await start({ settings: next });
  assert.deepEqual(await amongNodes(renewed), {});
  assert.match(
    (await amongNodes(missed)).reason ?? '',
    /^digests\.secret is not the one that the store goes with by now/,
  );
  assert.deepEqual(await amongNodes(renewed), {});
});

test('settings that differ are warned of, and no more', async (t) => {
  const { start } = await sharedStore(t);
  const one = await start();
  const other = await start({ settings: { 'quotas.sendsPerPhoneNumber.max': 4 } });
  const { reason, warnings } = await amongNodes(other);
  assert.equal(reason, undefined);
  assert.match(
    warnings?.join() ?? '',
    /^quotas\.sendsPerPhoneNumber\.max is 4 here, and 5 at the server [^,]*$/,
  );
  assert.match((await amongNodes(one)).warnings?.join() ?? '', /max is 5 here, and 4 at/);
  await one.stop();
  assert.deepEqual(await amongNodes(other), {});
});
