import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { smppSettings, startSmsc } from '../../adapters/gateways/smpp/smpp-server.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { startApplication, TEST_SETTINGS } from '../../support/test-application.ts';

const accountPhoneNumber = activeNumber(1);
const fields = { accountPhoneNumber, smsMatchingToken: 'AB12345678C' };

/** The application, texting over SMPP. */
async function start(t: TestContext, settings: object = {}) {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const log: string[] = [];
  const app = await startApplication({
    settings: { ...TEST_SETTINGS, 'log.level': 'debug', 'sms.gateway': smppSettings(smsc.port), ...settings },
    overrides: { logDestination: { write: (line: string) => log.push(line) } },
  });
  t.after(() => app.stop());
  await smsc.bound();
  const metrics = async () => (await fetch(`${app.operatorUrl}/metrics`)).text();
  const lines = () =>
    log.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'receipt');
  /** Until the log has a line of that outcome. */
  const told = (outcome: string) =>
    t.waitFor(
      () => {
        const line = lines().find((each) => each['outcome'] === outcome);
        assert.ok(line, outcome);
        return line;
      },
      { timeout: 20_000 },
    );
  const deliver = (short_message: string, esm_class = 4) =>
    smsc.order({ do: 'deliver', session: 1, fields: { esm_class, short_message } });
  return { app, smsc, log, metrics, told, deliver };
}

test('a receipt over SMPP leaves the line and the count that one over HTTP leaves', async (t) => {
  const { app, smsc, log, metrics, told, deliver } = await start(t);
  const sending = app.call('sendOtp', 'send-1', fields);
  const { session, seq } = await smsc.seen('submit_sm');
  await smsc.order({ do: 'accept', session, seq, messageId: '9930471155' });
  assert.equal((await sending).body['result'], 'SUCCESS');
  await deliver('id:0009930471155 sub:001 dlvrd:001 stat:DELIVRD err:000 text:Use');
  const { gateway, state, detail } = await told('recorded');
  assert.deepEqual([gateway, state, detail], ['smpp', 'delivered', 'DELIVRD, err 000']);
  await deliver('id:9930471155 stat:DELIVERED');
  await told('repeated');
  await deliver(`id:00${accountPhoneNumber.slice(1)} stat:UNDELIV`);
  assert.match(String((await told('unmatched'))['id']), /^[0-9]+ decimal digits, 2 zeros in front$/);
  await deliver('id:9930471155 stat:ARRIVED');
  assert.equal((await told('unreadable'))['detail'], 'state ARRIVED');
  await deliver('id:9930471155 stat:ENROUTE');
  await told('not-final');
  const page = await metrics();
  assert.match(page, /gsp_otp_receipts_total\{gateway="smpp",[^}]*state="delivered"\} 1\n/);
  for (const kind of ['repeated', 'unmatched', 'unreadable', 'not-final']) {
    assert.match(page, new RegExp(`gsp_otp_stray_receipts_total\\{gateway="smpp",kind="${kind}"\\} 1\\n`));
  }
  const written = log.join('');
  for (const secret of ['9930471155', accountPhoneNumber.slice(1)]) {
    assert.ok(!written.includes(`${secret}`), `${secret} is in the log`);
  }
});

test('[OQ-28] the answer that comes after the deadline files the text, so that its receipt spares a retry its second text', async (t) => {
  const { app, smsc, told, deliver } = await start(t, {
    'requests.budgetMs': 1000,
  });
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');
  const { session, seq } = await smsc.seen('submit_sm');
  await deliver('id:late_1 stat:DELIVRD');
  await smsc.order({ do: 'accept', session, seq, messageId: 'late_1' });
  await told('recorded');
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  assert.equal(await smsc.count('submit_sm'), 1);
});
