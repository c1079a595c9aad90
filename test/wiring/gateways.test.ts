import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listGateways } from '../../src/operations/gateways/list.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { composeGateway, composeGateways } from '../../src/wiring/gateways.ts';
import { exampleMessage, startStandIn, unusedUrl } from '../adapters/gateways/shared/gateway-stand-in.ts';
import { smppSettings, startSmsc } from '../adapters/gateways/smpp/smpp-server.ts';
import { temporaryDirectory } from '../config/config-under-test.ts';
import { deadlineAfter } from '../contracts/sms-gateway.ts';
import { TestClock } from '../support/test-clock.ts';

test('[OPS-2] a configuration with failover gets a text through while the first gateway is down', async (t) => {
  const standIn = await startStandIn(t, {
    status: 200,
    body: { messages: [{ status: '0', 'message-id': '0A0000000123ABCD1' }] },
  });
  const secret = { value: 'a-secret-of-the-gateway' };
  const sender = '+12025550100';
  const gateways = [
    { kind: 'twilio', baseUrl: await unusedUrl(), accountSid: 'AC1', authToken: secret, sender },
    { kind: 'vonage', name: 'second', baseUrl: standIn.url, apiKey: secret, apiSecret: secret, sender },
  ];
  const config = loadConfig({
    env: {},
    overrides: { dataDirectory: temporaryDirectory(t), 'sms.gateway': { kind: 'failover', gateways } },
  });
  const gateway = await composeGateway(config.sms.gateway, new TestClock());
  const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
  assert.deepEqual(delivery, { kind: 'accepted', gateway: 'second', messageId: '0A0000000123ABCD1' });
  assert.equal(new URLSearchParams(standIn.requests[0]?.body).get('type'), 'text');
  await gateway.close();
});

test('a configuration with SMPP binds at once, asks for receipts where there is somebody to take them, and lists its address', async (t) => {
  const smsc = await startSmsc(t);
  const gateway = smppSettings(smsc.port);
  const config = loadConfig({
    env: {},
    overrides: { dataDirectory: temporaryDirectory(t), 'sms.gateway': gateway },
  });
  const url = `smpp://127.0.0.1:${smsc.port}`;
  assert.deepEqual(listGateways(config.sms.gateway), [{ name: 'smpp', kind: 'smpp', url }]);
  for (const [count, receipts] of [{}, { onReceipt: async () => {} }].entries()) {
    const { gateway: composed } = await composeGateways(config.sms.gateway, new TestClock(), receipts);
    await smsc.seen('bind_transceiver', count + 1);
    assert.equal((await composed.send(exampleMessage, deadlineAfter(5000))).kind, 'accepted');
    assert.equal((await smsc.seen('submit_sm', count + 1))['registered_delivery'], count);
    await composed.close();
  }
});
