import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { test } from 'node:test';
import { createAwsReader } from '../../../src/adapters/sms/aws-receipts.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { makeCertificate } from '../../system/test-certificates.ts';
import { TestClock } from '../../system/test-clock.ts';
import { exampleNumber } from './gateway-stand-in.ts';
import { assertSilent, callOf, jsonCall, receiptIn, reference, strangerTests } from './receipt-cases.ts';

const url = 'https://receipts.bank.example/receipts/aws';
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:sms-events';
const amazon = makeCertificate({ name: 'sns.amazonaws.com' });
const stranger = makeCertificate({ name: 'sns.amazonaws.com' });
const elliptic = makeCertificate({ kind: 'ec' });
const certUrl = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem';
const subscribeUrl = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=2336`;
const clock = new TestClock();

type Answers = Readonly<Record<string, { readonly status: number; readonly text: string }>>;

/** A reader, and what it asked for. */
function open(answers: Answers = { [certUrl]: { status: 200, text: amazon.certificate } }, arn = topicArn) {
  const asked: string[] = [];
  const read = createAwsReader('aws', { topicArn: arn }, clock, async (asksFor) => {
    asked.push(asksFor);
    return answers[asksFor];
  });
  return { read, asked };
}

const eventOf = (eventType: string, more: object = {}) => ({
  eventType,
  eventVersion: '1.0',
  eventTimestamp: clock.nowMs(),
  isFinal: true,
  originationPhoneNumber: '+12065550152',
  destinationPhoneNumber: exampleNumber,
  messageId: '862a8790-60c0-4430-9b2b-658bdexample',
  messageStatus: eventType.replace('TEXT_', ''),
  messageStatusDescription: 'Message has been accepted by phone carrier',
  context: { reference },
  ...more,
});

const notification = (message: unknown, more: object = {}) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: topicArn,
  Message: typeof message === 'string' ? message : JSON.stringify(message),
  Timestamp: new Date(clock.nowMs()).toISOString(),
  SignatureVersion: '2',
  SigningCertURL: certUrl,
  UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
  ...more,
});

const confirmation = (more: object = {}) => ({
  ...notification('You have chosen to subscribe to the topic'),
  Type: 'SubscriptionConfirmation',
  Token: '2336412f37',
  SubscribeURL: subscribeUrl,
  UnsubscribeURL: undefined,
  ...more,
});

/** By the scheme as published, written a second time. */
function signed(message: Readonly<Record<string, unknown>>, key = amazon.key, digest?: string) {
  const names =
    message['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const signer = createSign(digest ?? (message['SignatureVersion'] === '1' ? 'RSA-SHA1' : 'RSA-SHA256'));
  for (const name of names) if (name in message) signer.update(`${name}\n${message[name]}\n`);
  return { ...message, Signature: signer.sign(key, 'base64') };
}

const genuine = () => jsonCall(url, signed(notification(eventOf('TEXT_DELIVERED'))));

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

test('AWS: the certificate is fetched once, however many messages come, together or one after the other', async () => {
  const { read, asked } = open();
  await Promise.all([read(genuine()), read(genuine())]);
  await read(genuine());
  assert.deepEqual(asked, [certUrl]);
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

test('AWS: nothing is fetched for another topic or time, nor from anywhere but the host of SNS in its region', async () => {
  const event = eventOf('TEXT_DELIVERED');
  const at = (offsetMs: number) => ({ Timestamp: new Date(clock.nowMs() + offsetMs).toISOString() });
  const elsewhere = [
    'http://sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.us-east-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem',
    'https://evil.example/sns.eu-west-1.amazonaws.com/a.pem',
    'https://user@sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
    'https://sns.eu-west-1.amazonaws.com/bucket/a.pem',
    'https://sns.eu-west-1.amazonaws.com/?a.pem',
    'https://sns.eu-west-1.amazonaws.com/a.txt',
    'https://sns.eu-west-1.amazonaws.com.cn/a.pem',
    'https://s3.amazonaws.com/a.pem',
    'file:///etc/passwd.pem',
    'no URL',
  ];
  const messages = [
    notification(event, { TopicArn: `${topicArn}2` }),
    notification(event, at(-3_901_000)),
    notification(event, at(301_000)),
    notification(event, { Timestamp: 'yesterday' }),
    ...elsewhere.map((SigningCertURL) => notification(event, { SigningCertURL })),
  ];
  const answers = Object.fromEntries(
    elsewhere.map((each) => [each, { status: 200, text: amazon.certificate }] as const),
  );
  for (const message of messages) {
    const { read, asked } = open(answers);
    const reading = await read(jsonCall(url, signed(message)));
    assert.deepEqual(reading, { kind: 'unauthenticated' }, JSON.stringify(message));
    assert.deepEqual(asked, []);
  }
});

test('AWS: China has hosts of its own', async () => {
  const arn = 'arn:aws-cn:sns:cn-north-1:123456789012:sms-events';
  const SigningCertURL = 'https://sns.cn-north-1.amazonaws.com.cn/a.pem';
  const { read } = open({ [SigningCertURL]: { status: 200, text: amazon.certificate } }, arn);
  const message = notification(eventOf('TEXT_DELIVERED'), { TopicArn: arn, SigningCertURL });
  assert.equal((await receiptIn(read, jsonCall(url, signed(message)))).state, 'delivered');
});

test('AWS: a certificate that is none, or not valid now, or of another kind of key, proves nothing', async () => {
  const answers = [
    { status: 404, text: '' },
    { status: 302, text: amazon.certificate },
    { status: 200, text: '<html>' },
    { status: 200, text: amazon.key },
    { status: 200, text: elliptic.certificate },
  ];
  for (const answer of answers) {
    const { read } = open({ [certUrl]: answer });
    assert.deepEqual(await read(genuine()), { kind: 'unauthenticated' });
  }
  const later = new TestClock();
  later.pass(31 * 86_400_000);
  const read = createAwsReader('aws', { topicArn }, later, async () => ({
    status: 200,
    text: amazon.certificate,
  }));
  const Timestamp = new Date(later.nowMs()).toISOString();
  const call = jsonCall(url, signed(notification(eventOf('TEXT_DELIVERED'), { Timestamp })));
  assert.deepEqual(await read(call), { kind: 'unauthenticated' });
});

test('AWS: while the certificate can not be had, Amazon is to try again', async () => {
  for (const answers of [{}, { [certUrl]: { status: 503, text: '' } }]) {
    const { read, asked } = open(answers);
    await assert.rejects(read(genuine()), UnavailableError);
    await assert.rejects(read(genuine()), UnavailableError);
    assert.equal(asked.length, 2, 'a failure is not kept');
  }
});

test('AWS: made-up certificates keep no more than four requests under way', { timeout: 20_000 }, async () => {
  let asked = 0;
  const release: (() => void)[] = [];
  const read = createAwsReader('aws', { topicArn }, clock, async () => {
    asked += 1;
    await new Promise<void>((resolve) => release.push(resolve));
    return { status: 404, text: '' };
  });
  const calls = Array.from({ length: 20 }, (_, index) => {
    const SigningCertURL = `https://sns.eu-west-1.amazonaws.com/made-up-${index}.pem`;
    const message = signed(notification(eventOf('TEXT_DELIVERED'), { SigningCertURL }), stranger.key);
    return read(jsonCall(url, message)).catch((error: unknown) => error);
  });
  while (release.length < 4) await new Promise(setImmediate);
  assert.equal(asked, 4);
  for (const each of release) each();
  const ends = await Promise.all(calls);
  assert.equal(ends.filter((end) => end instanceof UnavailableError).length, 16);
});

test('AWS: a subscription is confirmed once, if Amazon asks for it', async () => {
  const answers = {
    [certUrl]: { status: 200, text: amazon.certificate },
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
  for (const SubscribeURL of ['https://evil.example/', 'https://sns.us-east-1.amazonaws.com/?a', 'x']) {
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
