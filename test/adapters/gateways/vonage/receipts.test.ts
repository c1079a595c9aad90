import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createVonageReader } from '../../../../src/adapters/gateways/vonage/receipts.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { exampleNumber } from '../shared/gateway-stand-in.ts';
import {
  assertSilent,
  callOf,
  formCall,
  jsonCall,
  receiptIn,
  reference,
  strangerTests,
} from '../shared/receipt-cases.ts';

const secret = 'my_secret_key_for_testing';
const url = 'https://receipts.bank.example/receipts/vonage';
const clock = new TestClock();
const nowSeconds = () => Math.floor(clock.nowMs() / 1000);
const open = (signatureMethod: 'sha256' | 'sha512' = 'sha256', at = clock) =>
  createVonageReader('vonage', { signatureSecret: new Secret(secret), signatureMethod }, at);

const receiptFields = (status: string, more: Readonly<Record<string, string>> = {}) => ({
  msisdn: exampleNumber.slice(1),
  to: 'Exemplo',
  'network-code': '302220',
  messageId: '0A0000000123ABCD1',
  price: '0.03330000',
  status,
  scts: '2011241200',
  'err-code': '0',
  'api-key': 'abcd1234',
  'client-ref': reference,
  'message-timestamp': '2026-11-24 12:00:00',
  timestamp: String(nowSeconds()),
  nonce: 'aaaaaaaa-bbbb-cccc-dddd-0123456789ab',
  ...more,
});

/** By the scheme as published, written a second time. */
function signed(fields: Readonly<Record<string, string>>, method = 'sha256', key = secret) {
  const text = Object.keys(fields)
    .sort()
    .map((name) => `&${name}=${(fields[name] ?? '').replaceAll('&', '_').replaceAll('=', '_')}`)
    .join('');
  const sig = createHmac(method, key).update(text).digest('hex').toUpperCase();
  return { ...fields, sig };
}

const base64url = (text: string) => Buffer.from(text).toString('base64url');

function token(claims: object, header = { alg: 'HS256' }, key = secret): string {
  const content = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  const hash = header.alg === 'HS512' ? 'sha512' : 'sha256';
  return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`;
}

const claimsFor = (body: string, more: object = {}) => ({
  iat: nowSeconds(),
  jti: 'c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5',
  iss: 'Vonage',
  payload_hash: createHash('sha256').update(body).digest('hex'),
  api_key: 'a1b2c3d',
  ...more,
});

const bearer = (value: string) => ({
  authorization: `Bearer ${value}`,
  'content-type': 'application/json',
});

strangerTests('Vonage', open, () => formCall(url, signed(receiptFields('delivered'))), /&sig=.*/);

test("Vonage: the vectors of Vonage's own library are authentic", async () => {
  // [github.com/Vonage/vonage-ruby-sdk, test/vonage/signature_test.rb]
  const fields = {
    'message-timestamp': '2013-11-21 15:27:30',
    messageId: '020000001B0FE827',
    msisdn: '14843472194',
    text: 'Test again',
    timestamp: '1385047698',
    to: '13239877404',
    type: 'text',
  };
  const vectors = [
    ['sha256', 'DDB8397C2B90AAC7F3882D306475C9A5058C92322EEF43C92B298B6E0FC0D330'],
    [
      'sha512',
      'E0D3C650F8C9D1A5C174D10DDDBFB003E561F59B265616208B0487C5D819481CD3C311D59CF6165ECD1139622D5BA3A256C0D763AC4A9AD9144B5A426B94FE82',
    ],
  ] as const;
  class In2013 extends TestClock {
    override nowMs(): number {
      return 1_385_047_700_000;
    }
  }
  for (const [method, sig] of vectors) {
    // They are no delivery receipts.
    const read = open(method, new In2013());
    assert.deepEqual(await read(formCall(url, { ...fields, sig })), { kind: 'unreadable' });
    const changed = await read(formCall(url, { ...fields, text: 'Test', sig }));
    assert.deepEqual(changed, { kind: 'unauthenticated' });
  }
});

test('Vonage: a receipt counts as form, as JSON and in the query', async () => {
  const fields = signed(receiptFields('delivered'));
  const query = `${url}?${new URLSearchParams(fields)}`;
  for (const call of [formCall(url, fields), jsonCall(url, fields), callOf(query, '', {}, 'GET')]) {
    assert.deepEqual(await receiptIn(open(), call), {
      gateway: 'vonage',
      receiptKey: `vonage:${reference}`,
      state: 'delivered',
      detail: 'delivered',
    });
  }
});

test('Vonage: the final states, and the others', async () => {
  for (const status of ['expired', 'failed', 'rejected']) {
    const call = formCall(url, signed(receiptFields(status, { 'err-code': '6' })));
    const { state, detail } = await receiptIn(open(), call);
    assert.deepEqual([state, detail], ['undelivered', `${status} 6`]);
  }
  for (const status of ['accepted', 'buffered', 'unknown', 'submitted', 'constructor']) {
    await assertSilent(open(), formCall(url, signed(receiptFields(status))), status);
  }
  const strange = formCall(url, signed(receiptFields('delivered', { 'client-ref': 'campaign' })));
  await assertSilent(open(), strange, 'no reference of ours');
});

test('Vonage: another secret, method, time or content is refused', async () => {
  const genuine = signed(receiptFields('delivered'));
  const forged = [
    { ...genuine, status: 'failed' },
    { ...genuine, more: '1' },
    { ...genuine, sig: '' },
    signed(receiptFields('delivered'), 'sha256', 'another'),
    signed(receiptFields('delivered'), 'sha512'),
    signed(receiptFields('delivered'), 'md5'),
    signed(receiptFields('delivered', { timestamp: String(nowSeconds() - 90_000) })),
    signed(receiptFields('delivered', { timestamp: String(nowSeconds() + 900) })),
    signed(receiptFields('delivered', { timestamp: '' })),
    signed(receiptFields('delivered', { timestamp: '1e3' })),
  ];
  for (const fields of forged) {
    assert.deepEqual(await open()(formCall(url, fields)), { kind: 'unauthenticated' });
  }
});

test('Vonage: a token that vouches for the body will do', async () => {
  const body = JSON.stringify(receiptFields('delivered'));
  const call = callOf(url, body, bearer(token(claimsFor(body))));
  assert.equal((await receiptIn(open(), call)).state, 'delivered');
});

test('Vonage: a token of another algorithm, key, issuer, time or body is refused', async () => {
  const body = JSON.stringify(receiptFields('delivered'));
  const claims = claimsFor(body);
  const [head = '', content = ''] = token(claims).split('.');
  const tokens = [
    token(claims, { alg: 'none' }),
    `${base64url('{"alg":"none"}')}.${content}.`,
    `${head}.${content}.`,
    token(claims, { alg: 'HS512' }),
    token(claims, undefined, 'another'),
    token({ ...claims, iss: 'Somebody' }),
    token({ ...claims, iat: nowSeconds() - 90_000 }),
    token({ ...claims, iat: nowSeconds() + 900 }),
    token({ ...claims, iat: undefined }),
    token({ ...claims, payload_hash: undefined }),
    token({ ...claims, payload_hash: createHash('sha256').update('{}').digest('hex') }),
  ];
  for (const each of tokens) {
    assert.deepEqual(await open()(callOf(url, body, bearer(each))), { kind: 'unauthenticated' }, each);
  }
  const changed = callOf(url, body.replace('delivered', 'rejected'), bearer(token(claims)));
  assert.deepEqual(await open()(changed), { kind: 'unauthenticated' });
  const query = `${url}?${new URLSearchParams(receiptFields('delivered'))}`;
  const unvouched = callOf(query, '', bearer(token(claimsFor(''))), 'GET');
  assert.deepEqual(await open()(unvouched), { kind: 'unauthenticated' }, 'nobody vouches for a query');
});

test('Vonage: what is signed and no receipt is unreadable', async () => {
  for (const body of ['[]', 'null', '{}', '{"status":{"delivered":1}}', '{']) {
    const reading = await open()(callOf(url, body, bearer(token(claimsFor(body)))));
    assert.deepEqual(reading, { kind: 'unreadable' }, body);
  }
});
