import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { startCli } from '../support/cli-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { makeKey } from '../support/test-keys.ts';

const codes = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof codes;

/** Takes connections and never says a word. `asked` resolves at the first one that something came on. */
async function silentListener(t: TestContext) {
  const asked = Promise.withResolvers<void>();
  const listener = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => asked.resolve());
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  t.after(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, asked: asked.promise };
}

/** What a command says when it is sent a signal as soon as `begun` resolves. */
async function stopped(args: readonly string[], signal: Signal, begun: Promise<unknown>) {
  const child = startCli(args);
  const ended = once(child, 'exit');
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  // One that ends before says why.
  await Promise.race([begun, ended]);
  child.kill(signal);
  const [code] = await ended;
  return { code, stdout: await stdout, stderr: await stderr };
}

const gateway = (address: string) =>
  JSON.stringify({
    kind: 'http',
    name: 'silent',
    url: `http://${address}/messages`,
    bodyType: 'json',
    body: '{ "to": "{to}", "text": "{text}" }',
    accepted: { statuses: [200] },
  });

/** Each waits for an answer of that address. */
const waiting: Readonly<Record<string, (address: string) => readonly string[]>> = {
  'call sendOtp': (address) => [
    ...['call', 'sendOtp', '--account-phone-number', '+12025550101', '--timeout-ms', '600000'],
    ...['--url', `http://${address}/v1`],
  ],
  'call verifyOtp': (address) => [
    ...['call', 'verifyOtp', '--send-otp-request-id', 'one', '--otp', '123456', '--timeout-ms', '600000'],
    ...['--url', `http://${address}/v1`],
  ],
  'call echo': (address) => ['call', 'echo', '--timeout-ms', '600000', '--url', `http://${address}/v1`],
  'doctor --url': (address) => ['doctor', '--url', `https://${address}/v1`],
  'doctor --clock-url': (address) => ['doctor', '--clock-url', `http://${address}`],
  'inbox list': (address) => ['inbox', 'list', '--operator-url', `http://${address}`],
  'inbox show': (address) => ['inbox', 'show', '--operator-url', `http://${address}`],
  'inbox watch': (address) => ['inbox', 'watch', '--operator-url', `http://${address}`],
  'inbox behave': (address) => ['inbox', 'behave', 'refuse', '--operator-url', `http://${address}`],
  'gateways test': (address) => [
    ...['gateways', 'test', '--to', '+12025550101', '--yes', '--set', `sms.gateway=${gateway(address)}`],
  ],
  conformance: (address) => ['conformance', `http://${address}`],
};

for (const [index, [command, argsFor]] of Object.entries(waiting).entries()) {
  const signal = index % 2 === 0 ? 'SIGINT' : 'SIGTERM';
  test(`${command}, which waits for an answer, says that ${signal} stopped it`, async (t) => {
    const { address, asked } = await silentListener(t);
    const { code, stdout, stderr } = await stopped(argsFor(address), signal, asked);
    assert.equal(code, codes[signal], stderr);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`^gsp-otp: ${signal}: stopped.*\\n.+\\n$`, 'm'));
  });
}

test('conformance is stopped by the first signal while it waits for an endpoint to listen', async (t) => {
  const { address } = await silentListener(t);
  const child = startCli(['conformance', `http://${address.replace(/\d+$/, '1')}`]);
  const ended = once(child, 'exit');
  let told = '';
  let signalled = false;
  for await (const chunk of child.stderr.setEncoding('utf8')) {
    told += chunk;
    if (!signalled && told.includes('nothing listens')) signalled = child.kill('SIGINT');
  }
  assert.deepEqual(await ended, [130, null]);
  assert.match(told, /^gsp-otp: SIGINT: stopped\nNothing was examined\.\n$/m);
});

for (const more of [[], ['--subkey-only']]) {
  test(`no file is left of a key whose proof is stopped: keys rotate pgp ${more.join(' ')}`, async (t) => {
    const directory = temporaryDirectory(t);
    const made = join(directory, 'made');
    const write = (name: string, content: string) => {
      const file = join(directory, name);
      writeFileSync(file, content, { mode: 0o600 });
      return `[{key: {file: ${file}}}]`;
    };
    const [ours, google] = [await makeKey('pgp'), await makeKey('pgp')];
    const pgp = `{ours: ${write('ours', ours.private)}, google: ${write('google', google.public)}}`;
    const args = ['keys', 'rotate', 'pgp', '--directory', made, '--set', `payload.pgp=${pgp}`, ...more];
    // The proof begins when the files are written, and makes a key itself.
    const written = t.waitFor(() => assert.ok(existsSync(made) && readdirSync(made).length > 0), {
      interval: 5,
      timeout: 120_000,
    });
    const { code, stdout, stderr } = await stopped(args, 'SIGTERM', written);
    assert.equal(code, 143, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^gsp-otp: SIGTERM: stopped, no key was written\nRun it again\.\n$/m);
    assert.deepEqual(readdirSync(made), []);
  });
}
