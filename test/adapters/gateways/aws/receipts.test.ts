import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createAwsReader } from '../../../../src/adapters/gateways/aws/receipts.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { makeCertificate, type TestCertificate } from '../../../support/test-certificates.ts';
import { TestClock } from '../../../support/test-clock.ts';
import {
  assertSilent,
  callOf,
  jsonCall,
  receiptIn,
  reference,
  strangerTests,
} from '../shared/receipt-cases.ts';
import {
  amazon,
  authority,
  certUrl,
  chain,
  confirmation,
  eventOf,
  host,
  notification,
  pathOf,
  root,
  signed,
  stranger,
  subscribeUrl,
  topicArn,
} from './sns-messages.ts';

const url = 'https://receipts.bank.example/receipts/aws';
const clock = new TestClock();

type Answers = Readonly<Record<string, { readonly status: number; readonly text: string }>>;

/** A reader, and what it asked for. */
function open(answers: Answers = { [certUrl]: { status: 200, text: chain } }, arn = topicArn, time = clock) {
  const asked: string[] = [];
  const ask = async (asksFor: string) => {
    asked.push(asksFor);
    return answers[asksFor];
  };
  const read = createAwsReader('aws', { topicArn: arn }, time, ask, trust);
  return { read, asked };
}

const trust = { askOctets: async () => undefined, roots: [root.certificate] };

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

test('AWS: nothing is fetched for another topic or time, nor from anywhere but where SNS has its certificates', async () => {
  const event = eventOf('TEXT_DELIVERED');
  const at = (offsetMs: number) => ({ Timestamp: new Date(clock.nowMs() + offsetMs).toISOString() });
  const path = pathOf('123abcd');
  const elsewhere = [
    `http://sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.us-east-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com.evil.example${path}`,
    `https://evil.example/sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com.${path}`,
    `https://user@sns.eu-west-1.amazonaws.com${path}`,
    `https://@sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com:443${path}`,
    `https://sns.eu-west-1.amazonaws.com:8443${path}`,
    `https://SNS.eu-west-1.amazonaws.com${path}`,
    `HTTPS://sns.eu-west-1.amazonaws.com${path}`,
    `https:sns.eu-west-1.amazonaws.com${path}`,
    `https:\\\\sns.eu-west-1.amazonaws.com${path}`,
    `${host}/bucket${path}`,
    `${host}/a/..${path}`,
    `${host}/%2e%2e${path}`,
    `${host}/.${path}`,
    `${host}/${path}`,
    `${host}${path}?Action=GetEndpointAttributes`,
    `${host}${path}?`,
    `${host}${path}#a`,
    `${host}${path};a`,
    `${host}${path}/`,
    `\t${host}${path}`,
    ` ${host}${path}`,
    `${host}${path}\n`,
    `${host}/?a=${path}`,
    `${host}/?Action=x&b=${path}`,
    `${host}#${path}`,
    `${host}/x.pem`,
    `${host}${path.toUpperCase()}`,
    `${host}${pathOf('0123ABCD')}`,
    `${host}/SimpleNotificationService-123abcd.pem`,
    `${host}${path}`.replace('.pem', '%2epem'),
    `https://sns.eu-west-1.amazonaws.com.cn${path}`,
    `https://s3.amazonaws.com${path}`,
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
  const answers = Object.fromEntries(elsewhere.map((each) => [each, { status: 200, text: chain }] as const));
  for (const message of messages) {
    const { read, asked } = open(answers);
    const reading = await read(jsonCall(url, signed(message)));
    assert.deepEqual(reading, { kind: 'unauthenticated' }, JSON.stringify(message));
    assert.deepEqual(asked, []);
  }
});

test('AWS: China has hosts of its own', async () => {
  const arn = 'arn:aws-cn:sns:cn-north-1:123456789012:sms-events';
  const SigningCertURL = `https://sns.cn-north-1.amazonaws.com.cn${pathOf('a')}`;
  const { read } = open({ [SigningCertURL]: { status: 200, text: chain } }, arn);
  const message = notification(eventOf('TEXT_DELIVERED'), { TopicArn: arn, SigningCertURL });
  assert.equal((await receiptIn(read, jsonCall(url, signed(message)))).state, 'delivered');
});

test('[OQ-77] AWS: a certificate that is none, or not valid now, or not of SNS, or of no public authority proves nothing', async () => {
  const elliptic = makeCertificate({ kind: 'ec', name: 'sns.amazonaws.com', issuer: root });
  const otherRoot = makeCertificate({ name: 'Root', authority: true });
  const leafAsIssuer = makeCertificate({ name: 'sns.amazonaws.com', issuer: amazon });
  const ofAnother = makeCertificate({ name: 'sns.amazonaws.com', issuer: otherRoot });
  const otherName = makeCertificate({ name: 'sqs.amazonaws.com', issuer: root });
  const wildcard = makeCertificate({ name: '*.amazonaws.com', issuer: root });
  const tried = [
    [404, '', amazon],
    [302, chain, amazon],
    [200, '<html>', amazon],
    [200, amazon.key, amazon],
    [200, `<Text>\n${chain}</Text>`, amazon],
    [200, `\n${chain}`, amazon],
    [200, `${chain}<a/>`, amazon],
    [200, `${amazon.certificate}x\n${authority.certificate}`, amazon],
    [200, amazon.certificate, amazon],
    [200, `${amazon.certificate}${otherRoot.certificate}`, amazon],
    [200, elliptic.certificate, amazon],
    [200, stranger.certificate, stranger],
    [200, `${ofAnother.certificate}${otherRoot.certificate}`, ofAnother],
    [200, `${leafAsIssuer.certificate}${chain}`, leafAsIssuer],
    [200, otherName.certificate, otherName],
    [200, wildcard.certificate, wildcard],
  ] as const;
  const now = new TestClock();
  const Timestamp = new Date(now.nowMs()).toISOString();
  for (const [index, [status, text, { key }]] of tried.entries()) {
    const { read } = open({ [certUrl]: { status, text } }, topicArn, now);
    const call = jsonCall(url, signed(notification(eventOf('TEXT_DELIVERED'), { Timestamp }), key));
    assert.deepEqual(await read(call), { kind: 'unauthenticated' }, String(index));
  }
  const later = new TestClock();
  later.pass(31 * 86_400_000);
  const { read } = open({ [certUrl]: { status: 200, text: chain } }, topicArn, later);
  const late = notification(eventOf('TEXT_DELIVERED'), { Timestamp: new Date(later.nowMs()).toISOString() });
  const call = jsonCall(url, signed(late));
  assert.deepEqual(await read(call), { kind: 'unauthenticated' });
});

test('[OQ-77] AWS: the authority that is not beside its certificate is fetched once from where it says', async () => {
  const at = 'http://crt.r2m02.amazontrust.com/r2m02.cer';
  const leafWith = (issuerUrl: string) =>
    makeCertificate({ name: 'sns.amazonaws.com', issuer: authority, issuerUrl });
  const octets = new X509Certificate(authority.certificate).raw;
  const readWith = (leaf: TestCertificate, found: Uint8Array | undefined) => {
    const asked: string[] = [];
    const askOctets = async (asksFor: string) => {
      asked.push(asksFor);
      return found;
    };
    const ask = async () => ({ status: 200, text: leaf.certificate });
    const time = new TestClock();
    const Timestamp = new Date(time.nowMs()).toISOString();
    const read = createAwsReader('aws', { topicArn }, time, ask, { askOctets, roots: [root.certificate] });
    const send = (path: string) => {
      const SigningCertURL = `${host}${pathOf(path)}`;
      const message = notification(eventOf('TEXT_DELIVERED'), { SigningCertURL, Timestamp });
      return read(jsonCall(url, signed(message, leaf.key)));
    };
    return { send, asked };
  };
  const leaf = leafWith(at);
  const good = readWith(leaf, octets);
  for (const path of ['1', '2']) assert.equal((await good.send(path)).kind, 'receipts');
  assert.deepEqual(good.asked, [at]);
  await assert.rejects(readWith(leaf, undefined).send('1'), UnavailableError);
  for (const wrong of [
    new X509Certificate(stranger.certificate).raw,
    Buffer.from('x'),
    new X509Certificate(root.certificate).raw,
  ]) {
    assert.deepEqual(await readWith(leaf, wrong).send('1'), { kind: 'unauthenticated' });
  }
  for (const elsewhere of [
    'http://evil.example/r2m02.cer',
    `${at}?a=b`,
    'http://169.254.169.254/r2m02.cer',
  ]) {
    const { send, asked } = readWith(leafWith(elsewhere), octets);
    assert.deepEqual(await send('1'), { kind: 'unauthenticated' });
    assert.deepEqual(asked, []);
  }
});

test('AWS: strangers neither push the certificate out, nor keep a genuine receipt waiting, nor ask without end', async () => {
  const later = new TestClock();
  const nothing = { status: 404, text: '' };
  const made = Array.from({ length: 200 }, (_, path) => [`${host}${pathOf(`f${path}`)}`, nothing] as const);
  const answers = { ...Object.fromEntries(made), [certUrl]: { status: 200, text: chain } };
  const { read, asked } = open(answers, topicArn, later);
  const forge = (path: string) => {
    const SigningCertURL = `${host}${pathOf(path)}`;
    const message = notification(eventOf('TEXT_DELIVERED'), { SigningCertURL });
    return read(jsonCall(url, signed(message, stranger.key))).catch((error: unknown) => error);
  };
  assert.equal((await read(genuine())).kind, 'receipts');
  for (let path = 0; path < 200; path += 1) await forge(`f${path}`);
  assert.equal(asked.length, 5);
  assert.equal((await read(genuine())).kind, 'receipts');
  later.pass(1000);
  await forge('f1');
  assert.equal(asked.length, 5, 'where nothing was it is not looked again so soon');
});

test('AWS: beside a flood from the start, the genuine certificate is known within seconds', async () => {
  const time = new TestClock();
  const asked: string[] = [];
  const ask = async (asksFor: string) => {
    asked.push(asksFor);
    return asksFor === certUrl ? { status: 200, text: chain } : { status: 404, text: '' };
  };
  const read = createAwsReader('aws', { topicArn }, time, ask, trust);
  const genuineCall = genuine();
  const madeUp = { ...notification(eventOf('TEXT_DELIVERED')), Signature: 'AAAA' };
  let seconds = 0;
  for (let known = false; !known && seconds < 10; seconds += 1, time.pass(1000)) {
    // Forty calls a second, in one of which, at another place each time, Amazon tries again.
    for (let place = 0; place < 40; place += 1) {
      const isGenuine = place === (25 + 11 * seconds) % 40;
      const SigningCertURL = `${host}${pathOf(`${seconds}a${place}`)}`;
      const call = isGenuine ? genuineCall : jsonCall(url, { ...madeUp, SigningCertURL });
      known ||= (await read(call).catch(() => undefined))?.kind === 'receipts';
    }
  }
  assert.equal(seconds, 6);
  assert.ok(asked.length <= 5 * seconds);
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
  const ask = async () => {
    asked += 1;
    await new Promise<void>((resolve) => release.push(resolve));
    return { status: 404, text: '' };
  };
  const read = createAwsReader('aws', { topicArn }, clock, ask, trust);
  const calls = Array.from({ length: 20 }, (_, index) => {
    const SigningCertURL = `${host}${pathOf(`${index}`)}`;
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
