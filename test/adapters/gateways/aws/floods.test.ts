import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAwsReader } from '../../../../src/adapters/gateways/aws/receipts.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { until } from '../../../support/until.ts';
import { jsonCall } from '../shared/receipt-cases.ts';
import { clock, genuine, open, trust, url } from './reader-under-test.ts';
import {
  certUrl,
  chain,
  eventOf,
  host,
  notification,
  pathOf,
  signed,
  stranger,
  topicArn,
} from './sns-messages.ts';

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
  await until(() => release.length >= 4);
  assert.equal(asked, 4);
  for (const each of release) each();
  const ends = await Promise.all(calls);
  assert.equal(ends.filter((end) => end instanceof UnavailableError).length, 16);
});
