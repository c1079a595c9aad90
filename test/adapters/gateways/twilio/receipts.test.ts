import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createTwilioReader } from '../../../../src/adapters/gateways/twilio/receipts.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { exampleNumber } from '../shared/gateway-stand-in.ts';
import {
  assertSilent,
  callOf,
  formCall,
  receiptIn,
  reference,
  strangerTests,
} from '../shared/receipt-cases.ts';

const token = 'auth-token-of-the-account';
const url = `https://receipts.bank.example/receipts/twilio?reference=${reference}`;
const open = () => createTwilioReader('twilio', new Secret(token));

/** By the scheme as published, written a second time. */
function sign(signedUrl: string, fields: Readonly<Record<string, string>>, key = token): string {
  const sorted = Object.keys(fields).sort();
  const text = sorted.reduce((all, name) => `${all}${name}${fields[name]}`, signedUrl);
  return createHmac('sha1', key).update(text).digest('base64');
}

const fieldsOf = (status: string, more: Readonly<Record<string, string>> = {}) => ({
  SmsSid: `SM${'fedcba9876543210'.repeat(2)}`,
  MessageSid: `SM${'fedcba9876543210'.repeat(2)}`,
  AccountSid: `AC${'0123456789abcdef'.repeat(2)}`,
  MessageStatus: status,
  SmsStatus: status,
  To: exampleNumber,
  From: '+12025550100',
  ApiVersion: '2010-04-01',
  ...more,
});

function callback(status: string, more: Readonly<Record<string, string>> = {}) {
  const fields = fieldsOf(status, more);
  return formCall(url, fields, { 'x-twilio-signature': sign(url, fields) });
}

strangerTests('Twilio', open, () => callback('delivered'));

test("Twilio: the example of Twilio's own libraries is authentic, and nothing that differs from it", async () => {
  // [github.com/twilio/twilio-node, spec/validation.spec.js]
  const read = createTwilioReader('twilio', new Secret('12345'));
  const exampleUrl = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const fields = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  };
  const headers = { 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' };
  // It is no status callback.
  assert.deepEqual(await read(formCall(exampleUrl, fields, headers)), { kind: 'unreadable' });
  const differing = [
    formCall(`${exampleUrl}3`, fields, headers),
    formCall(exampleUrl.replace('https', 'http'), fields, headers),
    formCall(exampleUrl, { ...fields, Digits: '1235' }, headers),
    formCall(exampleUrl, { ...fields, More: '' }, headers),
    formCall(exampleUrl, fields, { 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8' }),
    formCall(exampleUrl, fields, { 'x-twilio-signature': '' }),
    formCall(exampleUrl, fields),
  ];
  for (const call of differing) assert.deepEqual(await read(call), { kind: 'unauthenticated' });
});

test('Twilio: codes of six digits are told as well', async () => {
  const receipt = await receiptIn(open(), callback('failed', { ErrorCode: '572006' }));
  assert.equal(receipt.detail, 'failed 572006');
});

test('Twilio: delivered, undelivered and failed are final, with the error code for the record', async () => {
  const read = open();
  const base = { gateway: 'twilio', receiptKey: `twilio:${reference}` };
  assert.deepEqual(await receiptIn(read, callback('delivered')), {
    ...base,
    state: 'delivered',
    detail: 'delivered',
  });
  for (const status of ['undelivered', 'failed']) {
    assert.deepEqual(await receiptIn(read, callback(status, { ErrorCode: '30003' })), {
      ...base,
      state: 'undelivered',
      detail: `${status} 30003`,
    });
  }
});

test('Twilio: other states, those that it will have one day too, say nothing', async () => {
  for (const status of ['accepted', 'queued', 'sending', 'sent', 'canceled', 'toString', '']) {
    await assertSilent(open(), callback(status), status);
  }
});

test('Twilio: a signature for one text, URL, token or status is none for another', async () => {
  const read = open();
  const other = url.replace(reference, 'zzzzzzzzzzzzzzzz');
  const fields = fieldsOf('delivered');
  const signature = { 'x-twilio-signature': sign(url, fields) };
  const forged = [
    formCall(other, fields, signature),
    formCall(url.replace('/twilio', '/other'), fields, signature),
    formCall(url, fieldsOf('failed'), signature),
    formCall(url, fields, { 'x-twilio-signature': sign(url, fields, 'another-token') }),
    callOf(url, '', signature, 'GET'),
  ];
  for (const call of forged) assert.deepEqual(await read(call), { kind: 'unauthenticated' });
});

test('Twilio: the port that goes without saying may be in the signed URL or not', async () => {
  const fields = fieldsOf('delivered');
  const withPort = url.replace('.example/', '.example:443/');
  const own = url.replace('.example/', '.example:8443/');
  for (const [called, signed] of [
    [url, withPort],
    [withPort, url],
    [own, own],
    [own, url],
  ] as const) {
    const call = formCall(called, fields, { 'x-twilio-signature': sign(signed, fields) });
    assert.equal((await receiptIn(open(), call)).state, 'delivered');
  }
});

test('Twilio: a parameter with an odd value, or there twice, is signed as it is', async () => {
  const body = 'MessageStatus=delivered&Body=a%26b%3Dc%20%C3%A9&Media=2&Media=1&Media=2';
  const signed = `${url}Bodya&b=c éMedia1Media2MessageStatusdelivered`;
  const signature = createHmac('sha1', token).update(signed).digest('base64');
  const call = callOf(url, body, { 'x-twilio-signature': signature });
  assert.equal((await receiptIn(open(), call)).state, 'delivered');
});

test('Twilio: a callback that names no text of ours is unreadable', async () => {
  for (const called of [url.replace(/\?.*/, ''), url.replace(reference, 'short')]) {
    const fields = fieldsOf('delivered');
    const call = formCall(called, fields, { 'x-twilio-signature': sign(called, fields) });
    assert.deepEqual(await open()(call), { kind: 'unreadable' });
  }
});
