import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Delivery, SmsMessage } from '../../src/ports/sms-gateway.ts';
import { startStandIn } from '../adapters/gateways/shared/gateway-stand-in.ts';
import { accepted, refused, scripted } from '../adapters/gateways/shared/scripted-gateway.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';

const smsMatchingToken = 'AB12345678C';
const fieldsOf = (n: number) => ({ accountPhoneNumber: activeNumber(n), smsMatchingToken });

test("a gateway of one's own stands before the configured one, which gets what it can't take", async (t) => {
  const own = scripted('own', accepted('own'));
  const app = await startApplication({ overrides: { gateways: [own] } });
  t.after(() => app.stop());
  assert.equal((await app.call('sendOtp', 'own-1', fieldsOf(1))).body['result'], 'SUCCESS');
  assert.deepEqual([own.asked, app.application.inbox?.texts(9).length], [1, 0]);
  own.script = refused('own', 'gateway-down');
  assert.equal((await app.call('sendOtp', 'own-2', fieldsOf(2))).body['result'], 'SUCCESS');
  assert.deepEqual([own.asked, app.application.inbox?.texts(9).length], [2, 1]);
  const told = await app.application.store.findChallenge('own-1');
  assert.equal(told?.text?.gateway, 'own');
});

test('before a configured failover they are asked in order, and each member after them', async (t) => {
  const standIn = await startStandIn(t, { status: 200, body: {} });
  const http = {
    kind: 'http',
    url: standIn.url,
    body: '{"to":"{to}","text":"{text}"}',
    accepted: { statuses: [200] },
  };
  const gateways = [
    {
      ...http,
      name: 'first',
      accepted: { statuses: [201] },
      refused: [{ statuses: [200], reason: 'gateway-down' }],
    },
    { ...http, name: 'second' },
  ];
  const own = ['a', 'b'].map((name) => scripted(name, refused(name, 'gateway-down')));
  const app = await startApplication({
    settings: { 'sms.gateway': { kind: 'failover', gateways } },
    overrides: { gateways: own },
  });
  t.after(() => app.stop());
  assert.equal((await app.call('sendOtp', 'own-1', fieldsOf(1))).body['result'], 'SUCCESS');
  assert.deepEqual([...own.map(({ asked }) => asked), standIn.requests.length], [1, 1, 2]);
  const told = await app.application.store.findChallenge('own-1');
  assert.equal(told?.text?.gateway, 'second');
});

test('beside one that replaces the configured one, they are a failover of two', async (t) => {
  const own = scripted('own', refused('own', 'gateway-down'));
  const last = scripted('last', accepted('last'));
  const app = await startApplication({ overrides: { gateways: [own], gateway: last } });
  t.after(() => app.stop());
  assert.equal((await app.call('sendOtp', 'own-1', fieldsOf(1))).body['result'], 'SUCCESS');
  assert.deepEqual([own.asked, last.asked, app.application.inbox], [1, 1, undefined]);
});

test('two gateways of one name are an error that names it, and what was handed over is closed', async () => {
  const closed = Promise.withResolvers<void>();
  const own = { ...scripted('inbox', accepted('inbox')), close: async () => closed.resolve() };
  await assert.rejects(
    async () => startApplication({ overrides: { gateways: [own] } }),
    /two gateways have the name inbox: give one of them another/,
  );
  await closed.promise;
});

for (const [where, others] of [
  ['alone', []],
  ['in a failover', [scripted('first', refused('first', 'gateway-down'))]],
] as const) {
  test(`a gateway that accepts, and tells the rest wrongly, sends one text: ${where}`, async (t) => {
    const told = { kind: 'accepted', messageId: { id: 1 }, receiptKey: 456, gateway: null };
    const own = scripted('own', () => told as unknown as Delivery);
    const app = await startApplication({ overrides: { gateways: others, gateway: own } });
    t.after(() => app.stop());
    for (let tries = 0; tries < 2; tries += 1) {
      const { status, body } = await app.call('sendOtp', 'own-1', fieldsOf(1));
      assert.deepEqual([status, body['result']], [200, 'SUCCESS']);
    }
    assert.equal(own.asked, 1);
    const { text } = (await app.application.store.findChallenge('own-1')) ?? {};
    assert.deepEqual([text?.gateway, text?.messageId], ['own', undefined]);
  });

  test(`later news that reject, or say nothing, leave a text unknown and the process running: ${where}`, async (t) => {
    const laters = [
      () => Promise.reject(new Error('no news')),
      () => 'soon',
      () => Promise.resolve({ kind: 'sent' }),
    ];
    const own = scripted('own', () => {
      const later = laters[own.asked - 1]?.();
      return { kind: 'unknown', gateway: 'own', detail: 'cut off', later } as unknown as Delivery;
    });
    const app = await startApplication({ overrides: { gateways: others, gateway: own } });
    t.after(() => app.stop());
    for (let n = 1; n <= 3; n += 1) {
      const { body } = await app.call('sendOtp', `own-${n}`, fieldsOf(n));
      assert.equal(body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');
      await setImmediate();
      const challenge = await app.application.store.findChallenge(`own-${n}`);
      assert.equal(challenge?.state, 'ambiguous');
    }
  });
}

test('a gateway can change nothing of the message that the next one is handed', async (t) => {
  const changes: (() => unknown)[] = [];
  const handed: SmsMessage[] = [];
  const own = {
    ...scripted('own', refused('own', 'gateway-down')),
    async send(message: SmsMessage): Promise<Delivery> {
      changes.push(() => Object.assign(message, { to: message.text }));
      return { kind: 'refused', gateway: 'own', reason: 'gateway-down', detail: '' };
    },
  };
  const last = {
    ...scripted('last', accepted('last')),
    async send(message: SmsMessage): Promise<Delivery> {
      for (const change of changes) assert.throws(change, TypeError);
      handed.push(message);
      return { kind: 'accepted', gateway: 'last', messageId: 'last-1' };
    },
  };
  const app = await startApplication({ overrides: { gateways: [own], gateway: last } });
  t.after(() => app.stop());
  assert.equal((await app.call('sendOtp', 'own-1', fieldsOf(1))).body['result'], 'SUCCESS');
  assert.equal(handed[0]?.to.reveal(), activeNumber(1));
});
