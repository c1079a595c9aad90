import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { httpKinds, settingsAt } from '../adapters/gateways/shared/http-kinds.ts';
import { runCli, startCli } from '../support/cli-process.ts';
import { productionConfig } from '../support/production-config.ts';
import { proofSample } from '../support/proof-size.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { makeCertificate } from '../support/test-certificates.ts';

const root = join(import.meta.dirname, '../..');
const free = ['--set', 'http.port=0', '--set', 'operator.port=0'];

for (const program of proofSample(['src/cli/main.ts', 'bin/gsp-otp.js'], 1)) {
  test(`SIGUSR1 opens no debugger in a server started as ${program}`, {
    skip: process.platform === 'win32' && 'there are no such signals',
  }, async (t) => {
    const args = [join(root, program), 'serve', ...free, '--set', `dataDirectory=${temporaryDirectory(t)}`];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'], NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => child.kill('SIGKILL'));
    const told = text(child.stderr);
    const ended = once(child, 'exit');
    const operator = await new Promise<string>((resolve) => {
      let banner = '';
      child.stderr.on('data', (chunk) => {
        banner += chunk;
        const [, url] = /operator +(http:\S+)/.exec(banner) ?? [];
        if (url !== undefined) resolve(url);
      });
    });
    for (let count = 0; count < 3; count += 1) {
      child.kill('SIGUSR1');
      assert.equal((await fetch(`${operator}/health/live`)).status, 200);
    }
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.doesNotMatch(await told, /debugger/i);
  });
}

test('SIGHUP while the modules of a server are loaded does not end it', async (t) => {
  const early = `import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      if (url.endsWith('/src/cli/main.ts')) process.kill(process.pid, 'SIGHUP');
      return next(url, context);
    } });`;
  const program = [
    '--import',
    `data:text/javascript,${encodeURIComponent(early)}`,
    join(root, 'bin/gsp-otp.js'),
  ];
  const args = [...program, 'serve', ...free, '--set', `dataDirectory=${temporaryDirectory(t)}`];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const listens = new Promise((resolve) => {
    child.stderr.on('data', (chunk) => void (String(chunk).includes('operator') && resolve(undefined)));
  });
  await Promise.race([
    listens,
    ended.then(([code, signal]) => assert.fail(`it ended with ${code}, ${signal}`)),
  ]);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

const UNCHECKED = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };

test('NODE_TLS_REJECT_UNAUTHORIZED is told in the sandbox, and refused in production', async (t) => {
  const settings = ['--set', `dataDirectory=${temporaryDirectory(t)}`];
  const sandbox = await runCli(['config', 'check', ...settings], { env: UNCHECKED });
  assert.equal(sandbox.code, 0);
  assert.match(sandbox.stderr, /^warning: NODE_TLS_REJECT_UNAUTHORIZED: is 0/m);
  const production = [...settings, '--set', 'profile=production'];
  for (const command of [['config', 'check'], ['serve']]) {
    const { code, stdout, stderr } = await runCli([...command, ...production], { env: UNCHECKED });
    assert.equal(code, 2);
    assert.match(
      `${stdout}${stderr}`,
      /NODE_TLS_REJECT_UNAUTHORIZED is 0.*accepted: in production, not to set it/m,
    );
  }
  const { code, stdout } = await runCli(['doctor', ...production], { env: UNCHECKED });
  assert.equal(code, 1);
  assert.match(stdout, /^FAILED +configuration: NODE_TLS_REJECT_UNAUTHORIZED is 0/m);
});

test('NODE_TLS_REJECT_UNAUTHORIZED changes nothing', async (t) => {
  const { certificate: cert, key } = makeCertificate({ kind: 'ec' });
  let asked = 0;
  const server = createServer({ cert, key }, (_request, response) => {
    asked += 1;
    response.end('{}');
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call = await runCli(['call', 'echo', '--url', url], { env: UNCHECKED });
  assert.equal(call.code, 1);

  const to = '+12025550100';
  for (const row of httpKinds) {
    const env = {
      ...UNCHECKED,
      GSP_OTP_SMS_GATEWAY: JSON.stringify(settingsAt(row, url)),
      GSP_OTP_RECEIPTS_PUBLIC_URL: 'https://receipts.bank.example',
    };
    const { code, stdout } = await runCli(['gateways', 'test', '--to', to, '--yes'], { env });
    assert.equal(code, 1, stdout);
  }
  assert.equal(asked, 0);
});

test('a debugger that is open stops a production start', async (t) => {
  const { file } = await productionConfig(t);
  const { code, stdout } = await runCli(['serve', '--config', file], {
    env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' },
  });
  assert.equal(code, 1);
  assert.match(stdout, /a debugger is open, by which any local user can read every secret/);
});

test('[OQ-63] heads are read strictly, whatever NODE_OPTIONS say', async (t) => {
  const args = ['serve', ...free, '--set', `dataDirectory=${temporaryDirectory(t)}`];
  const child = startCli(args, { env: { NODE_OPTIONS: '--insecure-http-parser' } });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const { methods, operator } = JSON.parse(line) as Readonly<Record<'methods' | 'operator', string>>;
  const ambiguous = [
    'host: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'host: a\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n',
    'host: a\ncontent-length: 0\n\n',
    'host: a\r\nx: a\0b\r\n\r\n',
    'host: a\r\nx: a\r\n folded\r\n\r\n',
  ];
  for (const url of [methods, operator]) {
    for (const head of ambiguous) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`GET /health/live HTTP/1.1\r\n${head}`);
      assert.match(await text(socket), /^HTTP\/1\.1 400 /, `${url} ${JSON.stringify(head)}`);
    }
  }
});
