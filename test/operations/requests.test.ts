import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { migrateDatabases } from '../../src/operations/databases.ts';
import { listBlocks } from '../../src/operations/money-guard.ts';
import { explainRequest, findRequests, type RequestSearch } from '../../src/operations/requests.ts';
import { UnavailableError } from '../../src/ports/unavailable.ts';
import { type Config, inspectConfig } from '../../src/settings/load.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { codeIn, startApplication, TEST_SETTINGS } from '../support/test-application.ts';

const TOKEN = 'AB12345678C';

/** The settings as a command reads them: nothing is made on disk. */
function settingsOf(dataDirectory: string): Config {
  const { values, faults } = inspectConfig({
    env: {},
    overrides: { ...TEST_SETTINGS, dataDirectory },
  });
  assert.deepEqual(faults, []);
  return values as Config;
}

async function served(t: TestContext, settings: Readonly<Record<string, unknown>> = {}) {
  const app = await startApplication({ settings: { 'quotas.coolDownMs': 0, ...settings } });
  t.after(() => app.stop());
  const send = (requestId: string, index: number) =>
    app.call('sendOtp', requestId, { accountPhoneNumber: activeNumber(index), smsMatchingToken: TOKEN });
  return { app, send, settings: settingsOf(app.dataDirectory) };
}

test('what became of a request: everything that happened, in order, each with its meaning', async (t) => {
  const { app, send, settings } = await served(t);
  await send('send-1', 1);
  const [text] = app.application.inbox?.texts(1) ?? [];
  const otp = codeIn(text?.text.reveal() ?? '');
  await app.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp });

  const [sent, ...others] = await explainRequest(settings, 'send-1');
  assert.ok(sent !== undefined && others.length === 0);
  const moments = sent.timeline.map(({ event }) => event);
  assert.deepEqual(moments, ['received', 'issued', 'accepted', 'answered', 'verified']);
  const at = sent.timeline.map(({ atMs }) => atMs);
  assert.deepEqual(
    at,
    at.toSorted((a, b) => a - b),
  );
  const [, issued, , answered] = sent.timeline;
  assert.match(String(issued?.meaning), /a code was issued/);
  assert.deepEqual([answered?.meaning, answered?.detail], [undefined, 'SUCCESS']);
  assert.deepEqual([sent.reason, sent.meaning], ['', undefined]);
  assert.equal(sent.challenge?.state, 'verified');

  const [verified] = await explainRequest(settings, 'verify-1');
  assert.deepEqual([verified?.sendOtpRequestId, verified?.challenge], ['send-1', undefined]);
  assert.deepEqual(await explainRequest(settings, 'nobody'), []);
});

test('nothing of it tells the code, the account or the number', async (t) => {
  const { app, send, settings } = await served(t);
  await send('send-1', 1);
  const stored = (await app.application.store.history('send-1'))[0]?.challenge;
  assert.ok(stored !== undefined);
  const [request] = await explainRequest(settings, 'send-1');
  const told = Object.entries(request?.challenge ?? {});
  assert.deepEqual(
    told.filter(([, value]) => value instanceof Uint8Array),
    [],
  );
  const hidden = ['nonce', 'accountDigest', 'phoneNumberDigest', 'recipient'];
  const rest = Object.entries(stored).filter(([name]) => !hidden.includes(name));
  assert.deepEqual(Object.fromEntries(told), Object.fromEntries(rest));
});

test('a refusal has its reason, and the setting behind it', async (t) => {
  const { send, settings } = await served(t, { 'quotas.coolDownMs': 60_000 });
  await send('send-1', 1);
  await send('send-2', 1);
  const [refused] = await explainRequest(settings, 'send-2');
  assert.equal(refused?.reason, 'coolDown');
  assert.match(String(refused?.meaning), /\(quotas\.coolDownMs\)/);
});

test('a folder that was migrated and never served has no secret yet, which is said whatever is looked for', async (t) => {
  const settings = settingsOf(temporaryDirectory(t));
  await migrateDatabases(settings, { dryRun: false });
  assert.deepEqual(await explainRequest(settings, 'send-1'), []);
  const searches: readonly RequestSearch[] = [
    { key: 'phoneNumber', value: activeNumber(1) },
    { key: 'accountId', value: 'wallet-1' },
    { key: 'associationId', value: 'as-1' },
  ];
  for (const search of searches) {
    await assert.rejects(findRequests(settings, search), (error: unknown) => {
      assert.ok(error instanceof UnavailableError);
      assert.match(
        error.message,
        /^digests\.secret is not configured, and \S+ has none: .*when the server first starts/,
      );
      return true;
    });
  }
});

test('where the money guard sends nothing is named by its numbers alone', async (t) => {
  const { send, settings } = await served(t, { 'moneyGuard.prefixFloor': 2 });
  assert.deepEqual(await listBlocks(settings, Date.now()), []);
  for (const index of [1, 2, 3]) await send(`send-${index}`, index);
  const [block, ...others] = await listBlocks(settings, Date.now());
  assert.ok(block !== undefined && others.length === 0);
  assert.match(block.subject, /^prefix:\+\d+$/);
  assert.deepEqual([block.unverified, block.verified], [2, 0]);
  assert.deepEqual(await listBlocks(settings, block.untilMs), []);
});
