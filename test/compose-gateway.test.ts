import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeGateway } from '../src/compose-gateway.ts';
import { loadConfig } from '../src/config.ts';
import { exampleMessage, startStandIn, unusedUrl } from './adapters/sms/gateway-stand-in.ts';
import { temporaryDirectory } from './config/config-under-test.ts';
import { deadlineAfter } from './contracts/sms-gateway.ts';
import { TestClock } from './system/test-clock.ts';

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
    environment: {},
    overrides: { dataDirectory: temporaryDirectory(t), 'sms.gateway': { kind: 'failover', gateways } },
  });
  const gateway = composeGateway(config.sms.gateway, new TestClock());
  const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
  assert.deepEqual(delivery, { kind: 'accepted', gateway: 'second', messageId: '0A0000000123ABCD1' });
  assert.equal(new URLSearchParams(standIn.requests[0]?.body).get('type'), 'text');
  await gateway.close();
});
