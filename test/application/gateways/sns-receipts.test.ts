import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAwsReader } from '../../../src/adapters/gateways/aws/receipts.ts';
import { createSystemClock } from '../../../src/adapters/system/system-clock.ts';
import {
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
  topicArn,
} from '../../adapters/gateways/aws/sns-messages.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { startApplication, TEST_SETTINGS } from '../../support/test-application.ts';

test('[OQ-77] what strangers send in the name of Amazon SNS changes nothing at a running server, nor keeps receipts out', async (t) => {
  const clock = createSystemClock();
  const asked: string[] = [];
  const ask = async (url: string) => {
    asked.push(url);
    return url === certUrl ? { status: 200, text: chain } : { status: 404, text: '' };
  };
  const trust = { askOctets: async () => undefined, roots: [root.certificate] };
  const readReceipts = createAwsReader('aws', { topicArn }, clock, ask, trust);
  const references: string[] = [];
  const log: string[] = [];
  const app = await startApplication({
    settings: {
      ...TEST_SETTINGS,
      'log.level': 'trace',
      receipts: { port: 0, publicUrl: 'https://receipts.bank.example' },
    },
    overrides: {
      logDestination: { write: (line: string) => log.push(line) },
      gateway: {
        name: 'aws',
        async send({ reference }) {
          references.push(reference);
          return { kind: 'accepted', gateway: 'aws', messageId: 'm-1', receiptKey: `aws:${reference}` };
        },
        readReceipts,
        close: async () => {},
      },
    },
  });
  t.after(() => app.stop());
  const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };
  assert.equal((await app.call('sendOtp', 'send-1', fields)).body['result'], 'SUCCESS');
  const [reference = ''] = references;
  const post = async (message: object, headers = {}) => {
    const response = await fetch(`${app.receiptsUrl}/receipts/aws`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers },
      body: JSON.stringify(message),
    });
    return response.status;
  };
  const receipt = async () => (await app.application.store.findChallenge('send-1'))?.text?.receipt?.state;
  const event = (type = 'TEXT_DELIVERED') => eventOf(type, { context: { reference } });
  const at = (SigningCertURL: string) => signed(notification(event(), { SigningCertURL }), stranger.key);
  const path = pathOf('abc');
  const agesAgo = new Date(clock.nowMs() - 3_901_000).toISOString();

  const forged = {
    'signed by another': signed(notification(event()), stranger.key),
    'changed after it was signed': {
      ...signed(notification(event('TEXT_SPAM'))),
      Message: JSON.stringify(event()),
    },
    'of another topic': signed(notification(event(), { TopicArn: `${topicArn}-2` })),
    'too old': signed(notification(event(), { Timestamp: agesAgo })),
    'certificate of another host': at(`https://sns.eu-west-1.amazonaws.com.evil.example${path}`),
    'certificate of another region': at(`https://sns.us-east-1.amazonaws.com${path}`),
    'certificate at another path': at(`${host}/bucket${path}`),
    'certificate behind a query': at(`${host}${path}?Action=GetEndpointAttributes`),
    'certificate without TLS': at(`http://sns.eu-west-1.amazonaws.com${path}`),
    'a confirmation of a stranger': signed(
      confirmation({ SubscribeURL: 'https://evil.example/' }),
      stranger.key,
    ),
    'no signature': notification(event()),
  };
  for (const [what, message] of Object.entries(forged)) assert.equal(await post(message), 403, what);
  assert.equal(await post(event(), { 'x-amz-sns-rawdelivery': 'true' }), 403, 'raw');
  assert.deepEqual(asked, [certUrl], 'nothing was fetched but what Amazon has');

  const elsewhere = signed(confirmation({ SubscribeURL: 'https://evil.example/' }));
  assert.equal(await post(elsewhere), 400, 'a confirmation that leads elsewhere');
  assert.deepEqual(asked, [certUrl]);
  assert.equal(await receipt(), undefined);

  // Each made-up address costs a fetch, up to a rate; the certificate that is known stays.
  const flood = Array.from({ length: 100 }, (_, index) => post(at(`${host}${pathOf(`f${index}`)}`)));
  const genuine = signed(notification(event()));
  await t.waitFor(async () => assert.equal(await post(genuine), 200), { timeout: 20_000 });
  for (const status of await Promise.all(flood)) assert.ok([403, 503].includes(status), String(status));
  assert.equal(asked.filter((url) => url === certUrl).length, 1);
  assert.equal(await receipt(), 'delivered');

  assert.equal(await post(genuine), 200, 'a replay');
  assert.equal(await post(signed(notification(event('TEXT_SPAM')))), 200, 'and what contradicts it');
  assert.equal(await receipt(), 'delivered');
  const outcomes = log.map((line) => (JSON.parse(line) as Record<string, unknown>)['outcome']);
  assert.equal(outcomes.filter((outcome) => outcome === 'recorded').length, 1);
  const written = log.join('');
  for (const theirs of ['evil.example', activeNumber(1).slice(1)]) {
    assert.ok(!written.includes(theirs), theirs);
  }
});
