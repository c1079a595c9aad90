import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activeAssociation, activeNumber } from '../../support/test-accounts.ts';
import { codeIn } from '../../support/test-application.ts';
import { type InternalUnderTest, startInternal, TOKEN_OF_ALL, tokenOf } from './internal-under-test.ts';

const smsMatchingToken = 'AB12345678C';

interface Explained {
  readonly requestId: string;
  readonly method: string;
  readonly result?: string;
  readonly challenge?: Readonly<Record<string, unknown>>;
  readonly timeline: readonly { readonly event: string }[];
}

const requestsIn = ({ body }: { readonly body: object }) =>
  (body as { readonly requests: readonly Explained[] }).requests;

async function send({ app }: InternalUnderTest, requestId: string, index: number): Promise<string> {
  const { body } = await app.call('sendOtp', requestId, {
    accountPhoneNumber: activeNumber(index),
    smsMatchingToken,
  });
  assert.equal(body['result'], 'SUCCESS');
  return codeIn(app.application.inbox?.texts(1)[0]?.text.reveal() ?? '');
}

async function verify({ app }: InternalUnderTest, sendOtpRequestId: string, otp: string) {
  return (await app.call('verifyOtp', `v-${sendOtpRequestId}`, { sendOtpRequestId, otp })).body['result'];
}

test('a revocation ends the codes of an account or of a number, and of nobody else', async (t) => {
  const api = await startInternal(t);
  const revoke = async (body: object) =>
    (await api.ask('POST', '/internal/v1/code-revocations', { token: tokenOf('revoke'), body })).body;
  const codes = [await send(api, 's-1', 1), await send(api, 's-2', 2), await send(api, 's-3', 3)];
  assert.deepEqual(await revoke({ accountId: 'acc-1' }), { endedCodes: 1 });
  assert.deepEqual(await revoke({ phoneNumber: activeNumber(2) }), { endedCodes: 1 });
  assert.deepEqual(await revoke({ accountId: 'acc-1' }), { endedCodes: 0 });
  assert.equal(await verify(api, 's-1', codes[0] ?? ''), 'OTP_NOT_MATCHED');
  assert.equal(await verify(api, 's-2', codes[1] ?? ''), 'OTP_NOT_MATCHED');
  assert.equal(await verify(api, 's-3', codes[2] ?? ''), 'SUCCESS');
});

test('the story of a request tells what happened, and no digest, nonce or code', async (t) => {
  const api = await startInternal(t);
  const otp = await send(api, 's-1', 1);
  await verify(api, 's-1', otp);
  const read = (id: string) => api.ask('GET', `/internal/v1/requests/${id}`, { token: tokenOf('read') });
  const [sent, ...others] = requestsIn(await read('s-1'));
  assert.deepEqual(others, []);
  assert.deepEqual([sent?.method, sent?.requestId, sent?.result], ['sendOtp', 's-1', 'SUCCESS']);
  assert.deepEqual(
    sent?.timeline.map(({ event }) => event),
    ['received', 'issued', 'accepted', 'answered', 'verified'],
  );
  const told = [
    'challengeId',
    'state',
    'issuedAtMs',
    'expiresAtMs',
    'submissions',
    'failedAttempts',
    'country',
    'text',
  ];
  assert.deepEqual(Object.keys(sent?.challenge ?? {}).sort(), told.sort());
  assert.equal(sent?.challenge?.['state'], 'verified');
  const [verified] = requestsIn(await read('v-s-1'));
  assert.equal(verified?.method, 'verifyOtp');
  const nothing = await read('nobody');
  assert.deepEqual([nothing.status, nothing.body['type']], [404, 'urn:problem-type:gsp-otp:unknown-request']);
});

test('requests are found by number, account and association id, the newest first', async (t) => {
  const api = await startInternal(t);
  for (const requestId of ['s-1', 's-2']) await send(api, requestId, 1);
  await send(api, 's-3', 2);
  const find = async (body: object) =>
    requestsIn(await api.ask('POST', '/internal/v1/request-searches', { token: tokenOf('read'), body })).map(
      ({ requestId }) => requestId,
    );
  assert.deepEqual(await find({ phoneNumber: activeNumber(1) }), ['s-2', 's-1']);
  assert.deepEqual(await find({ accountId: 'acc-1' }), ['s-2', 's-1']);
  assert.deepEqual(await find({ associationId: activeAssociation(2) }), ['s-3']);
  assert.deepEqual(await find({ associationId: 'nobody-has-it' }), []);
  assert.deepEqual(await find({ phoneNumber: 'what Google sent' }), []);
});

test('what is known of a person is told to the person, and erased but for what must stay', async (t) => {
  const api = await startInternal(t);
  const otp = await send(api, 's-1', 1);
  const ask = async (path: string, body: object) =>
    (await api.ask('POST', `/internal/v1/${path}`, { token: tokenOf('erase'), body })).body;
  const person = { phoneNumber: activeNumber(1) };
  const before = await ask('exports', person);
  assert.deepEqual(before['accounts'], [
    { accountId: 'acc-1', status: 'active', language: 'en', phoneNumber: activeNumber(1) },
  ]);
  assert.deepEqual([requestsIn({ body: before }).length, before['isComplete']], [1, true]);
  const { staysUntilMs, ...erased } = await ask('erasures', person);
  assert.deepEqual(erased, { endedCodes: 1, requests: 1 });
  assert.ok(Number(staysUntilMs) > Date.now());
  assert.equal(await verify(api, 's-1', otp), 'OTP_NOT_MATCHED');
  assert.deepEqual(await ask('erasures', { accountId: 'acc-nobody' }), { endedCodes: 0, requests: 0 });
});

test('every call leaves a line for the audit and is counted, whatever the level of the log; refusals are bounded', async (t) => {
  const api = await startInternal(t, { settings: { 'log.level': 'error' } });
  await send(api, 's-1', 1);
  await api.ask('POST', '/internal/v1/code-revocations', {
    token: TOKEN_OF_ALL,
    body: { accountId: 'acc-1' },
  });
  await api.ask('GET', '/internal/v1/requests/s-1', { token: tokenOf('read') });
  await api.ask('GET', '/internal/v1/requests/s-1', { token: tokenOf('revoke') });
  for (let count = 0; count < 25; count += 1) await api.ask('GET', '/internal/v1/requests/s-1', {});
  const lines = api.log.filter(({ audit }) => audit === true);
  const told = lines.map(({ level, caller, proof, operation, status, result, requestId, detail }) =>
    [level, caller, proof, operation, status, result, requestId, detail].map((word) => word ?? '').join('|'),
  );
  assert.deepEqual(told.slice(0, 3), [
    'info|all|token|revokeCodes|200|||1 ended',
    'info|only-read|token|explainRequest|200||s-1|',
    'warn|only-revoke|token|explainRequest|403|forbidden||the caller lacks the scope read',
  ]);
  assert.match(String(lines[0]?.['subject']), /^account [0-9a-f]{16}$/);
  assert.ok(lines.every(({ callId, time }) => typeof callId === 'string' && typeof time === 'string'));
  assert.equal(told.length, 13, 'ten of those that proved nothing');
  const page = await (await fetch(`${api.app.operatorUrl}/metrics`)).text();
  const counted = (labels: string) =>
    new RegExp(`gsp_otp_internal_calls_total\\{${labels}\\} ([0-9]+)`).exec(page)?.[1];
  assert.equal(counted('caller="all",operation="revokeCodes",status="200",result=""'), '1');
  assert.equal(counted('caller="",operation="explainRequest",status="401",result="unauthenticated"'), '25');
});

test('while the store is down, a call is answered 503 and the line says why', async (t) => {
  const api = await startInternal(t);
  await api.app.application.store.close();
  const body = { accountId: 'acc-1' };
  const told = await api.ask('POST', '/internal/v1/code-revocations', { token: TOKEN_OF_ALL, body });
  assert.deepEqual([told.status, told.body['type']], [503, 'urn:problem-type:gsp-otp:unavailable']);
  assert.equal(told.headers.get('retry-after'), '1');
  const line = api.log.find(({ audit }) => audit === true);
  assert.deepEqual(
    [line?.['level'], line?.['status'], line?.['callId']],
    ['error', 503, told.body['callId']],
  );
});
