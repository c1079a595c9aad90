import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStandIn } from '../adapters/sms/gateway-stand-in.ts';
import { runCli } from './cli-process.ts';

const to = '+14035550123';

const gatewayAt = (baseUrl: string) =>
  JSON.stringify({
    kind: 'failover',
    gateways: [
      { kind: 'twilio', baseUrl, accountSid: 'AC1', authToken: { env: 'TOKEN' }, sender: '+12025550100' },
      { kind: 'vonage', baseUrl, apiKey: { env: 'TOKEN' }, apiSecret: { env: 'TOKEN' }, sender: 'Exemplo' },
    ],
  });

const env = { TOKEN: 'token-not-to-be-told' };

const run = (url: string, ...args: readonly string[]) =>
  runCli(['gateways', ...args, '--set', `sms.gateway=${gatewayAt(url)}`], { env });

test('gateways list shows who is asked, in order', async () => {
  const { code, stdout } = await run('https://gateway.example', 'list');
  assert.equal(
    stdout,
    'twilio  twilio   https://gateway.example\nvonage  vonage   https://gateway.example\n',
  );
  assert.equal(code, 0);
});

test('gateways test sends nothing without --yes, and nothing to what is no number', async (t) => {
  const { url, requests } = await startStandIn(t);
  const unsure = await run(url, 'test', '--to', to);
  assert.match(unsure.stderr, /real text[\s\S]*--yes/);
  assert.equal(unsure.code, 2);
  const wrong = await run(url, 'test', '--to', '4035550123', '--yes');
  assert.match(wrong.stderr, /E\.164/);
  assert.equal(wrong.code, 2);
  assert.equal(requests.length, 0);
});

test('gateways test tells an accepted text', async (t) => {
  const { url } = await startStandIn(t, { status: 201, body: { sid: 'SM1', status: 'queued' } });
  const { code, stdout, stderr } = await run(url, 'test', '--to', to, '--yes');
  assert.match(stdout, /^accepted by twilio after \d+ ms, message id SM1\n$/, stderr);
  assert.equal(code, 0);
});

test('gateways test tells a refusal and its class, as JSON too', async (t) => {
  const answer = { status: 200, body: { messages: [{ status: '7', 'error-text': to }] } };
  const { url } = await startStandIn(t, answer);
  const { code, stdout } = await run(url, 'test', '--to', to, '--gateway', 'vonage', '--yes', '--json');
  const { delivery } = JSON.parse(stdout);
  assert.deepEqual(delivery, { kind: 'refused', gateway: 'vonage', reason: 'blocked', detail: 'status 7' });
  assert.equal(code, 1);
});

test('gateways test needs a gateway that sends', async () => {
  const { code, stderr } = await runCli(['gateways', 'test', '--to', to, '--yes']);
  assert.match(stderr, /inbox, which sends nothing/);
  assert.equal(code, 2);
});
