import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStandIn, unusedUrl } from '../../adapters/gateways/shared/gateway-stand-in.ts';
import { smppSettings, startSmsc } from '../../adapters/gateways/smpp/smpp-server.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn, startApplication } from '../../support/test-application.ts';
import { makeCertificate } from '../../support/test-certificates.ts';

const secret = { value: 'a-secret-of-the-gateway' };

const twilioAt = (baseUrl: string) => ({
  kind: 'twilio',
  baseUrl,
  accountSid: 'AC1',
  authToken: secret,
  sender: '+12025550100',
});

const vonageAt = (baseUrl: string) => ({
  kind: 'vonage',
  baseUrl,
  apiKey: secret,
  apiSecret: secret,
  sender: 'Exemplo',
});

const accountPhoneNumber = activeNumber(1);
const fields = { accountPhoneNumber, smsMatchingToken: 'AB12345678C' };

test('[SO-7, OPS-2] a code goes through the second gateway while the first is down, and verifies', async (t) => {
  const standIn = await startStandIn(t, {
    status: 200,
    body: { messages: [{ status: '0', 'message-id': '0A0000000123ABCD1' }] },
  });
  const gateways = [twilioAt(await unusedUrl()), vonageAt(standIn.url)];
  const app = await startApplication({ settings: { 'sms.gateway': { kind: 'failover', gateways } } });
  t.after(() => app.stop());
  assert.equal(app.application.inbox, undefined);
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  const form = new URLSearchParams(standIn.requests[0]?.body);
  assert.equal(`+${form.get('to')}`, accountPhoneNumber);
  const otp = codeIn(form.get('text') ?? '');
  const verified = await app.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp });
  assert.equal(verified.body['result'], 'SUCCESS', JSON.stringify(verified));
});

test('[OPS-2] a gateway over TLS goes away: of codes that are sent at once, all go through the second one', async (t) => {
  const authority = makeCertificate({ name: 'authority' });
  const { certificate: cert, key } = makeCertificate({ issuer: authority });
  const taken = { status: 200, body: { messages: [{ status: '0', 'message-id': '0A0000000123ABCD1' }] } };
  const headers = { connection: 'close' };
  const first = await startStandIn(t, { ...taken, headers }, { cert, key });
  const second = await startStandIn(t, taken);
  const a = { ...vonageAt(first.url), name: 'a', tlsCa: { value: authority.certificate } };
  const gateways = [a, { ...vonageAt(second.url), name: 'b' }];
  const app = await startApplication({ settings: { 'sms.gateway': { kind: 'failover', gateways } } });
  t.after(() => app.stop());
  const six = async (round: number) => {
    const sent = Array.from({ length: 6 }, (_, index) => {
      const number = 10 * round + index;
      const to = { accountPhoneNumber: activeNumber(number), smsMatchingToken: 'AB12345678C' };
      return app.call('sendOtp', `send-${number}`, to);
    });
    return (await Promise.all(sent)).map(({ body }) => body['result']);
  };
  assert.deepEqual(await six(1), Array(6).fill('SUCCESS'));
  assert.equal(first.requests.length, 6);
  await first.reach('refuses');
  assert.deepEqual(await six(2), Array(6).fill('SUCCESS'));
  assert.equal(second.requests.length, 6);
});

test('[OQ-28] a gateway that cuts off gets the same reference again, and the same code', async (t) => {
  const standIn = await startStandIn(t, 'cut-before-headers');
  const app = await startApplication({ settings: { 'sms.gateway': vonageAt(standIn.url) } });
  t.after(() => app.stop());
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');
  standIn.answer = { status: 200, body: { messages: [{ status: '0', 'message-id': '0A0000000123ABCD1' }] } };
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  const [first, second] = standIn.requests.map(({ body }) => new URLSearchParams(body));
  assert.equal(first?.get('client-ref'), second?.get('client-ref'));
  assert.equal(first?.get('text'), second?.get('text'));
});

test('[SO-7] a code goes over SMPP, verifies, and the server takes leave of the gateway at its end', async (t) => {
  const smsc = await startSmsc(t);
  const gateway = smppSettings(smsc.port);
  const app = await startApplication({ settings: { 'sms.gateway': gateway } });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= app.stop();
    return stopped;
  };
  t.after(stop);
  await smsc.bound();
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  const submit = await smsc.seen('submit_sm');
  assert.equal(`+${submit['destination_addr']}`, accountPhoneNumber);
  // Of the characters in the shipped texts, GSM-7 puts all that are in the code where ASCII has them.
  const text = Buffer.from(String(submit['short_message']), 'hex').toString('latin1');
  const verified = await app.call('verifyOtp', 'verify-1', {
    sendOtpRequestId: 'send-1',
    otp: codeIn(text),
  });
  assert.equal(verified.body['result'], 'SUCCESS', JSON.stringify(verified));
  await stop();
  await smsc.seen('unbind');
});

test('a text to India carries the ids of its template, a re-submission goes to the same gateway', async (t) => {
  const standIn = await startStandIn(t, 'cut-before-headers');
  const gateways = ['a', 'b', 'c'].map((name) => ({
    ...vonageAt(standIn.url),
    name,
    sender: name.repeat(3),
  }));
  const routes = [{ prefixes: ['+91'], gateways: ['a', 'b', 'c'], weights: [1, 1, 1] }];
  const dlt = { entityId: '1101', templateIds: { 'en.association': '1107', default: '1108' } };
  const app = await startApplication({
    settings: { 'sms.gateway': { kind: 'failover', gateways, routes }, 'sms.dlt': dlt },
  });
  t.after(() => app.stop());
  const otpContext = { association: {} };
  for (let attempt = 0; attempt < 2; attempt += 1)
    await app.call('sendOtp', 'send-1', { ...fields, otpContext });
  await app.call('sendOtp', 'send-2', { ...fields, accountPhoneNumber: activeNumber(2) });
  const forms = standIn.requests.map(({ body }) => new URLSearchParams(body));
  assert.equal(forms.length, 3);
  const [first, again, other] = forms;
  assert.equal(first?.get('from'), again?.get('from'));
  assert.deepEqual([first?.get('entity-id'), first?.get('content-id')], ['1101', '1107']);
  assert.equal(other?.get('content-id'), '1108');
});

test('[OPS-2] a gateway that rests is a warning of the readiness route, which stays ready', async (t) => {
  const accepting = await startStandIn(t, { status: 201, body: { sid: 'SM1', status: 'queued' } });
  const gateways = [vonageAt(await unusedUrl()), twilioAt(accepting.url)];
  const app = await startApplication({ settings: { 'sms.gateway': { kind: 'failover', gateways } } });
  t.after(() => app.stop());
  const ready = async () => {
    const response = await fetch(`${app.operatorUrl}/health/ready`);
    const { checks } = (await response.json()) as {
      checks: readonly { name: string; warnings?: string[] }[];
    };
    return { status: response.status, warnings: checks.find(({ name }) => name === 'gateways')?.warnings };
  };
  const sendTo = (from: number) =>
    Promise.all(
      [0, 1, 2, 3, 4].map((n) =>
        app.call('sendOtp', `send-${from + n}`, { ...fields, accountPhoneNumber: activeNumber(from + n) }),
      ),
    );
  assert.deepEqual(await ready(), { status: 200, warnings: undefined });
  for (const { body } of await sendTo(10)) assert.equal(body['result'], 'SUCCESS');
  const resting = await ready();
  assert.equal(resting.status, 200);
  assert.match(resting.warnings?.join('\n') ?? '', /^gateway vonage rests after failures, for \d+ s now$/);

  accepting.answer = { status: 503, body: '' };
  for (const { body } of await sendTo(20)) assert.equal(body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');
  const all = await ready();
  assert.equal(all.status, 200, 'other calls work, and only a text finds out that a gateway works again');
  assert.match(all.warnings?.join('\n') ?? '', /every gateway rests/);
});
