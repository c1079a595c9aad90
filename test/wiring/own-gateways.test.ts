import assert from 'node:assert/strict';
import { test } from 'node:test';
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
