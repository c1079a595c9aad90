import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import {
  assertSilent,
  callOf,
  jsonCall,
  receiptIn,
  reference,
  strangerTests,
} from '../shared/receipt-cases.ts';
import { genuine, open, url } from './reader-under-test.ts';
import {
  certUrl,
  chain,
  confirmation,
  eventOf,
  notification,
  signed,
  stranger,
  subscribeUrl,
} from './sns-messages.ts';

strangerTests('AWS', () => open().read, genuine, /"Signature":"[^"]*"/);

test('AWS: an event signed by Amazon in either version is a receipt, with and without a subject', async () => {
  for (const more of [{}, { SignatureVersion: '1' }, { Subject: 'A subject: é' }]) {
    const call = jsonCall(url, signed(notification(eventOf('TEXT_DELIVERED'), more)));
    assert.deepEqual(await receiptIn(open().read, call), {
      gateway: 'aws',
      receiptKey: `aws:${reference}`,
      state: 'delivered',
      detail: 'TEXT_DELIVERED',
    });
  }
});

test('AWS: which events are final, and which are not', async () => {
  const undelivered = [
    ...['TEXT_INVALID', 'TEXT_INVALID_MESSAGE', 'TEXT_UNREACHABLE', 'TEXT_CARRIER_UNREACHABLE'],
    ...['TEXT_BLOCKED', 'TEXT_CARRIER_BLOCKED', 'TEXT_SPAM', 'TEXT_TTL_EXPIRED', 'TEXT_PROTECT_BLOCKED'],
  ];
  const { read } = open();
  const send = (event: object) => jsonCall(url, signed(notification(event)));
  for (const type of undelivered) {
    const { state, detail } = await receiptIn(read, send(eventOf(type)));
    assert.deepEqual([state, detail], ['undelivered', type]);
  }
  assert.equal((await receiptIn(read, send(eventOf('TEXT_SUCCESSFUL')))).state, 'delivered');
  await assertSilent(read, send(eventOf('TEXT_SUCCESSFUL', { isFinal: false })), 'the carrier will say more');
  for (const type of ['TEXT_QUEUED', 'TEXT_PENDING', 'TEXT_UNKNOWN', 'VOICE_COMPLETED', 'hasOwnProperty']) {
    await assertSilent(read, send(eventOf(type)), type);
  }
  await assertSilent(read, send(eventOf('TEXT_DELIVERED', { context: {} })), "another program's text");
  assert.deepEqual(await read(send({})), { kind: 'unreadable' });
  assert.deepEqual(await read(jsonCall(url, signed(notification('no JSON')))), { kind: 'unreadable' });
});

test('AWS: what was changed, or signed by another, is refused', async () => {
  const message = notification(eventOf('TEXT_DELIVERED'));
  const forged = [
    { ...signed(message), Message: JSON.stringify(eventOf('TEXT_SPAM')) },
    { ...signed(message), Subject: 'added' },
    { ...signed(message), MessageId: 'other' },
    { ...signed(message), Signature: '' },
    { ...signed(message), Signature: 'AAAA' },
    { ...signed(message), SignatureVersion: '1' },
    { ...signed(message), SignatureVersion: '3' },
    signed(message, stranger.key),
  ];
  for (const each of forged) {
    assert.deepEqual(await open().read(jsonCall(url, each)), { kind: 'unauthenticated' });
  }
});

test('AWS: a subscription is confirmed once, if Amazon asks for it', async () => {
  const answers = {
    [certUrl]: { status: 200, text: chain },
    [subscribeUrl]: { status: 200, text: '<ConfirmSubscriptionResponse/>' },
  };
  const { read, asked } = open(answers);
  const call = jsonCall(url, signed(confirmation()));
  await assertSilent(read, call, 'confirmed');
  await assertSilent(read, call, 'repeated');
  assert.deepEqual(asked, [certUrl, subscribeUrl]);
  const ended = jsonCall(url, signed(confirmation({ Type: 'UnsubscribeConfirmation' })));
  await assertSilent(read, ended, 'an end is not undone');
  assert.equal(asked.length, 2);

  const forged = [
    signed(confirmation(), stranger.key),
    { ...signed(confirmation()), SubscribeURL: `${subscribeUrl}2` },
    signed(confirmation({ TopicArn: 'arn:aws:sns:eu-west-1:999999999999:sms-events' })),
  ];
  for (const each of forged) {
    const other = open(answers);
    assert.deepEqual(await other.read(jsonCall(url, each)), { kind: 'unauthenticated' });
    assert.ok(!other.asked.includes(subscribeUrl));
  }
});

test('AWS: a confirmation is never sent elsewhere, and again if it failed', async () => {
  for (const SubscribeURL of [
    'https://evil.example/',
    'https://sns.us-east-1.amazonaws.com/?a',
    'x',
    subscribeUrl.replace('ConfirmSubscription', 'Unsubscribe'),
    subscribeUrl.replace('sms-events', 'other'),
    subscribeUrl.replace('.com/', '.com:443/'),
    `${subscribeUrl}&Action=Publish`,
    `${subscribeUrl}#a`,
  ]) {
    const { read, asked } = open();
    const call = jsonCall(url, signed(confirmation({ SubscribeURL })));
    assert.deepEqual(await read(call), { kind: 'unreadable' });
    assert.deepEqual(asked, [certUrl]);
  }
  const { read, asked } = open();
  for (let time = 0; time < 2; time += 1) {
    await assert.rejects(read(jsonCall(url, signed(confirmation()))), UnavailableError);
  }
  assert.deepEqual(asked, [certUrl, subscribeUrl, subscribeUrl]);
});

test('AWS: raw delivery, which carries no signature, is refused', async () => {
  const raw = callOf(url, JSON.stringify(eventOf('TEXT_DELIVERED')), { 'x-amz-sns-rawdelivery': 'true' });
  assert.deepEqual(await open().read(raw), { kind: 'unauthenticated' });
});
