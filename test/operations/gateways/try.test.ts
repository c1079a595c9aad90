import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrialRefused, tryGateway } from '../../../src/operations/gateways/try.ts';
import { inspectConfig } from '../../../src/settings/load.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { startStandIn } from '../../adapters/gateways/shared/gateway-stand-in.ts';

const TO = '+14035550123';

function settingsOf(gateway: unknown): Settings {
  const { values, faults } = inspectConfig({ env: {}, overrides: { 'sms.gateway': gateway } });
  assert.deepEqual(faults, []);
  return values as Settings;
}

const twoAt = (baseUrl: string) => ({
  kind: 'failover',
  gateways: ['first', 'second'].map((name) => ({
    name,
    kind: 'twilio',
    baseUrl,
    accountSid: 'AC1',
    authToken: { value: 'token' },
    sender: '+12025550100',
  })),
});

const refusedFor = (reason: TrialRefused['reason']) => (error: unknown) =>
  error instanceof TrialRefused && error.reason === reason;

test('a text goes by the gateway that is named, or by the first', async (t) => {
  const { url } = await startStandIn(t, { status: 201, body: { sid: 'SM1', status: 'queued' } });
  const settings = settingsOf(twoAt(url));
  for (const [gateway, expected] of [
    ['second', 'second'],
    [undefined, 'first'],
  ] as const) {
    const { delivery } = await tryGateway(settings, { to: TO, ...(gateway && { gateway }) });
    assert.equal(delivery.kind === 'accepted' && delivery.gateway, expected);
  }
});

test('no text goes by another gateway than the one that is named, nor into the inbox', async (t) => {
  const { url, requests } = await startStandIn(t, { status: 201, body: { sid: 'SM1', status: 'queued' } });
  const order = { to: TO, gateway: 'third' };
  await assert.rejects(tryGateway(settingsOf(twoAt(url)), order), refusedFor('unknown-gateway'));
  await assert.rejects(tryGateway(settingsOf({ kind: 'inbox' }), { to: TO }), refusedFor('inbox'));
  assert.equal(requests.length, 0);
});
