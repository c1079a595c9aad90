import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type StandInAnswer, startStandIn } from '../adapters/gateways/shared/gateway-stand-in.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { startApplication } from '../support/test-application.ts';

const number = '+14035550123';
const associationId = 'association-of-maria-77';
const accountId = 'account-of-maria-77';
const token = 'a-token-of-the-tests';
const smsMatchingToken = 'AB12345678C';

const maria = { accountId, status: 'active', phoneNumber: number };
const found = (...accounts: object[]): StandInAnswer => ({ status: 200, body: { accounts } });

/** The sandbox with a directory over HTTP, and all that it logs. */
async function start(t: TestContext, answer: StandInAnswer) {
  const service = await startStandIn(t, answer);
  const log: string[] = [];
  const directory = { kind: 'http', url: service.url, bearerToken: { value: token }, timeoutMs: 300 };
  const app = await startApplication({
    settings: { directory, 'log.level': 'debug' },
    overrides: { logDestination: { write: (line: string) => void log.push(line) } },
    dataDirectory: temporaryDirectory(t),
  });
  t.after(() => app.stop());
  return { service, log, app };
}

test('[SO-7, SO-11] a directory over HTTP serves sendOtp by number and by association id, and verifyOtp', async (t) => {
  const { service, app } = await start(t, found(maria));
  const send = (id: string, named: object) => app.call('sendOtp', id, { ...named, smsMatchingToken });
  assert.equal((await send('by-number', { accountPhoneNumber: number })).body['result'], 'SUCCESS');
  const [text] = app.application.inbox?.texts(1) ?? [];
  const [otp] = /\d{6}/.exec(text?.text.reveal() ?? '') ?? [];
  const verify = { sendOtpRequestId: 'by-number', otp };
  assert.equal((await app.call('verifyOtp', 'verify', verify)).body['result'], 'SUCCESS');
  service.answer = found();
  assert.equal((await send('nobody', { accountPhoneNumber: number })).body['result'], 'UNKNOWN_PHONE_NUMBER');
  const unknown = await send('no-association', { associationId });
  assert.deepEqual([unknown.status, unknown.body['errorResponseCode']], [404, 'INVALID_IDENTIFIER']);
  service.answer = found({ ...maria, status: 'closed-fraud' });
  assert.equal((await send('closed', { associationId })).body['result'], 'ACCOUNT_CLOSED_FRAUD');
});

for (const [what, answer] of [
  ['answers 404', { status: 404, body: { accounts: [] } }],
  ['answers 500', { status: 500, body: { accounts: [], message: `no ${number} for ${associationId}` } }],
  ['tells an unknown status', found({ ...maria, status: `status of ${number}` })],
  [
    'tells of another one',
    found({ ...maria, accountId: `not ${associationId}`, phoneNumber: '+14035550124' }),
  ],
  ['says nothing', 'silence'],
  ['breaks off', 'reset-after-headers'],
] as const satisfies readonly (readonly [string, StandInAnswer])[]) {
  test(`[SO-11, ERR-4] a directory that ${what} is 503, and neither number nor id is logged, told or in a URL`, async (t) => {
    const { service, log, app } = await start(t, answer);
    const about =
      what === 'tells of another one'
        ? [{ accountPhoneNumber: number }]
        : [{ accountPhoneNumber: number }, { associationId }];
    for (const [index, named] of about.entries()) {
      const { status, body } = await app.call('sendOtp', `request-${index}`, { ...named, smsMatchingToken });
      assert.equal(status, 503);
      assert.deepEqual(Object.keys(body).includes('result'), false);
      const line = log.find((one) => one.includes(`"requestId":"request-${index}"`)) ?? '';
      assert.match(line, /"reason":"the account directory /);
    }
    const ready = await fetch(`${app.operatorUrl}/health/ready`);
    assert.equal(ready.status, 503);
    const metrics = await (await fetch(`${app.operatorUrl}/metrics`)).text();
    const told = `${log.join('\n')}\n${await ready.text()}\n${metrics}\n${service.requests.map(({ path }) => path).join('\n')}`;
    assert.doesNotMatch(told, /4035550123|4035550124|of-maria-77|a-token-of/);
    assert.ok(service.requests.length > 0);
  });
}
