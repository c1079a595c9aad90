import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askGateway } from '../../src/ports/ask-gateway.ts';
import { createDeadline } from '../../src/ports/deadline.ts';
import { Secret } from '../../src/ports/secret.ts';
import type { Delivery, SmsGateway } from '../../src/ports/sms-gateway.ts';
import { exampleMessage } from '../adapters/gateways/shared/gateway-stand-in.ts';
import { scripted } from '../adapters/gateways/shared/scripted-gateway.ts';
import { TestClock } from '../support/test-clock.ts';

const message = {
  ...exampleMessage,
  to: new Secret('+14035550123'),
  text: new Secret('907214 is your code. AB12345678C'),
};

const ask = (gateway: SmsGateway) => askGateway(gateway, message, createDeadline(new TestClock(), 2000));
const askOf = (told: unknown) => ask(scripted('own', () => told as Delivery));

for (const [what, told] of [
  ['nothing', undefined],
  ['a kind that there is not', { kind: 'sent', gateway: 'own' }],
  ['a reason that there is not', { kind: 'refused', gateway: 'own', reason: 'asleep', detail: '' }],
  ['no reason', { kind: 'refused', gateway: 'own', detail: '' }],
  ['a word', 'accepted'],
] as const) {
  test(`what becomes of a text is unknown if a gateway tells ${what}`, async () => {
    assert.deepEqual(await askOf(told), { kind: 'unknown', gateway: 'own', detail: 'no Delivery' });
  });
}

test('what a gateway throws is unknown, by its name alone', async () => {
  const send = () => {
    throw new RangeError('+14035550123');
  };
  const delivery = await ask({ ...scripted('own', send), send });
  assert.deepEqual(delivery, { kind: 'unknown', gateway: 'own', detail: 'RangeError' });
});

test('a member that can not be right is left out, and the kind is kept', async () => {
  const wrong = { gateway: 7, messageId: { id: 1 }, receiptKey: 456, detail: ['x'] };
  assert.deepEqual(await askOf({ ...wrong, kind: 'accepted' }), {
    kind: 'accepted',
    gateway: 'own',
    messageId: undefined,
  });
  assert.deepEqual(await askOf({ ...wrong, kind: 'refused', reason: 'quota' }), {
    kind: 'refused',
    gateway: 'own',
    reason: 'quota',
    detail: '',
  });
  assert.deepEqual(await askOf({ ...wrong, kind: 'unknown' }), {
    kind: 'unknown',
    gateway: 'own',
    detail: '',
  });
});

test('[IDEM-13] number, code and token are kept in no id and no detail, and codes of the gateway are', async () => {
  for (const detail of [
    'to (403) 555-0123',
    'to 0014035550123',
    'sent 907214',
    'sent 907 214',
    'AB12345678C',
  ]) {
    const told = await askOf({ kind: 'refused', gateway: 'own', reason: 'content', detail });
    assert.equal(told.kind === 'refused' && told.detail, 'a code that is not shown', detail);
  }
  const told = await askOf({
    kind: 'refused',
    gateway: 'own',
    reason: 'content',
    detail: 'HTTP 400, code 21211',
  });
  assert.equal(told.kind === 'refused' && told.detail, 'HTTP 400, code 21211');
  for (const [messageId, kept] of [
    ['14035550123-1', undefined],
    ['two words', undefined],
    ['SM-17', 'SM-17'],
  ]) {
    const accepted = await askOf({ kind: 'accepted', gateway: 'own', messageId });
    assert.equal(accepted.kind === 'accepted' && accepted.messageId, kept);
  }
});

for (const [what, later, news] of [
  ['rejects', () => Promise.reject(new Error('no news')), undefined],
  ['is no promise', () => 7, undefined],
  ['yields no Delivery', () => Promise.resolve({ kind: 'sent' }), undefined],
  [
    'accepts with a wrong id',
    () => Promise.resolve({ kind: 'accepted', messageId: 7 }),
    { kind: 'accepted', gateway: 'own', messageId: undefined },
  ],
] as const) {
  test(`a later that ${what} is looked after at once`, async () => {
    const told = await askOf({ kind: 'unknown', gateway: 'own', detail: '', later: later() });
    // A rejection that nobody waits for would have ended this process by the next turn.
    await new Promise(setImmediate);
    assert.deepEqual(told.kind === 'unknown' && (await told.later), news);
  });
}
