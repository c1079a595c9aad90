import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStandIn } from '../../adapters/gateways/shared/gateway-stand-in.ts';
import { runHere } from '../../support/cli-here.ts';

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
  runHere(['gateways', ...args, '--set', `sms.gateway=${gatewayAt(url)}`], { env });

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
  assert.deepEqual(delivery, {
    kind: 'refused',
    gateway: 'vonage',
    reason: 'sender-not-allowed',
    detail: 'status 7',
  });
  assert.equal(code, 1);
});

test('gateways test needs a gateway that sends', async () => {
  const { code, stderr } = await runHere(['gateways', 'test', '--to', to, '--yes']);
  assert.match(stderr, /inbox, which sends nothing/);
  assert.equal(code, 2);
});

const routedAt = (baseUrl: string) =>
  JSON.stringify({
    ...JSON.parse(gatewayAt(baseUrl)),
    routes: [
      { prefixes: ['+91', '+880'], gateways: ['vonage', 'twilio'], weights: [80, 20] },
      { prefixes: ['+1876'], gateways: ['vonage'] },
    ],
  }).replaceAll('"sender":"Exemplo"', '"sender":"Exemplo","senders":{"IN":"EXBANK"}');

const dlt = JSON.stringify({ entityId: '1101', templateIds: { 'hi.association': '1107', default: '1108' } });

const runRouted = (url: string, ...args: readonly string[]) =>
  runHere(['gateways', ...args, '--set', `sms.gateway=${routedAt(url)}`, '--set', `sms.dlt=${dlt}`], { env });

test('gateways list shows the routes', async () => {
  const { stdout, stderr } = await runRouted('https://gateway.example', 'list');
  assert.equal(
    stdout,
    `twilio  twilio   https://gateway.example
vonage  vonage   https://gateway.example

+91, +880   vonage 80 %, twilio 20 %
+1876       vonage
all others  twilio, vonage
`,
    stderr,
  );
  const json = JSON.parse((await runRouted('https://gateway.example', 'list', '--json')).stdout);
  assert.deepEqual(json.routes[0], {
    prefixes: ['+91', '+880'],
    gateways: [
      { name: 'vonage', share: 0.8 },
      { name: 'twilio', share: 0.2 },
    ],
  });
});

test('gateways route tells who would deliver, in which order and why, and sends nothing', async (t) => {
  const { url, requests } = await startStandIn(t);
  const india = await runRouted(url, 'route', '+919900000001');
  assert.equal(
    india.stdout,
    `+9199******01, IN: route by prefix +91
1  vonage  vonage  asked first for 80 % of the texts  from EXBANK
2  twilio  twilio  asked first for 20 % of the texts  from +12025550100
DLT: entity 1101; templates: hi.association 1107, default 1108
A gateway that rests after failures is passed over.
`,
    india.stderr,
  );
  const jamaica = await runRouted(url, 'route', '+18765550123');
  assert.match(
    jamaica.stdout,
    /JM: route by prefix \+1876\n1 {2}vonage {2}vonage {2}asked first {2}from Exemplo\n$/,
  );
  const canada = await runRouted(url, 'route', to);
  assert.match(
    canada.stdout,
    /CA: no route has its prefix, so all gateways serve\n1 {2}twilio .*asked first/,
  );
  assert.match(canada.stdout, /2 {2}vonage .*asked after a refusal/);
  assert.equal(requests.length, 0);
  assert.ok(!india.stdout.includes('+919900000001'));
});

test('gateways route tells it as JSON, and of one gateway alone', async () => {
  const { stdout } = await runRouted('https://gateway.example', 'route', '+919900000001', '--json');
  const { country, prefix, gateways } = JSON.parse(stdout);
  assert.deepEqual(
    [country, prefix, gateways[0]],
    ['IN', '+91', { name: 'vonage', kind: 'vonage', share: 0.8, sender: 'EXBANK' }],
  );
  const inbox = await runHere(['gateways', 'route', to]);
  assert.match(inbox.stdout, /1 {2}inbox {2}inbox {2}asked first\n$/);
  const wrong = await runHere(['gateways', 'route', '4035550123']);
  assert.match(wrong.stderr, /not a phone number/);
  assert.equal(wrong.code, 2);
});

test('gateways test goes by the route, with its sender and ids', async (t) => {
  const answer = { status: 200, body: { messages: [{ status: '0', 'message-id': '0A1' }] } };
  const { url, requests } = await startStandIn(t, answer);
  const jamaica = await runRouted(url, 'test', '--to', '+18765550123', '--yes');
  assert.match(jamaica.stdout, /^accepted by vonage/, jamaica.stderr);
  await runRouted(url, 'test', '--to', '+919900000001', '--gateway', 'vonage', '--yes');
  const form = new URLSearchParams(requests.at(-1)?.body);
  assert.deepEqual(
    [form.get('from'), form.get('entity-id'), form.get('content-id')],
    ['EXBANK', '1101', '1108'],
  );
});

test('neither gateways list nor config print shows a credential that was written into a template', async () => {
  const gateway = {
    kind: 'http',
    url: 'https://user:L1teral@gateway.example/send?apikey=L1teral&route=4',
    headers: { authorization: 'Bearer L1teral', 'x-plain': 'L1teral-that-is-long-enough' },
    body: '{"password": "L1teral", "to": "{to}"}',
    check: { url: 'https://gateway.example/?token=L1teral', headers: { cookie: 'L1teral' } },
  };
  const both = { kind: 'failover', gateways: [gateway, { ...gateway, name: 'second' }] };
  for (const [settings, ...args] of [
    [gateway, 'gateways', 'list'],
    [both, 'gateways', 'list', '--json'],
    [gateway, 'config', 'print'],
    [both, 'config', 'print', '--json'],
  ] as const) {
    const { code, stdout, stderr } = await runHere([
      ...args,
      '--set',
      `sms.gateway=${JSON.stringify(settings)}`,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /gateway\.example/);
    assert.doesNotMatch(stdout + stderr, /L1teral/);
  }
});
