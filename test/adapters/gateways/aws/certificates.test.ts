import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createAwsReader } from '../../../../src/adapters/gateways/aws/receipts.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { makeCertificate, type TestCertificate } from '../../../support/test-certificates.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { jsonCall, receiptIn } from '../shared/receipt-cases.ts';
import { clock, genuine, open, url } from './reader-under-test.ts';
import {
  amazon,
  authority,
  certUrl,
  chain,
  eventOf,
  host,
  notification,
  pathOf,
  root,
  signed,
  stranger,
  topicArn,
} from './sns-messages.ts';

test('AWS: the certificate is fetched once, however many messages come, together or one after the other', async () => {
  const { read, asked } = open();
  await Promise.all([read(genuine()), read(genuine())]);
  await read(genuine());
  assert.deepEqual(asked, [certUrl]);
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
  const otherRoot = makeCertificate({ kind: 'rsa', name: 'Root', authority: true });
  const leafAsIssuer = makeCertificate({ kind: 'rsa', name: 'sns.amazonaws.com', issuer: amazon });
  const ofAnother = makeCertificate({ kind: 'rsa', name: 'sns.amazonaws.com', issuer: otherRoot });
  const otherName = makeCertificate({ kind: 'rsa', name: 'sqs.amazonaws.com', issuer: root });
  const wildcard = makeCertificate({ kind: 'rsa', name: '*.amazonaws.com', issuer: root });
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
    makeCertificate({ kind: 'rsa', name: 'sns.amazonaws.com', issuer: authority, issuerUrl });
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

test('AWS: while the certificate can not be had, Amazon is to try again', async () => {
  for (const answers of [{}, { [certUrl]: { status: 503, text: '' } }]) {
    const { read, asked } = open(answers);
    await assert.rejects(read(genuine()), UnavailableError);
    await assert.rejects(read(genuine()), UnavailableError);
    assert.equal(asked.length, 2, 'a failure is not kept');
  }
});
