import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { runHere } from '../support/cli-here.ts';
import { startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-conformance-'));
const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const server = await startReferenceServer({
  accounts,
  fault: { compose: (right) => (code, token, call) => right(code, token, call).replace('\n\n', '\n') },
});
// JSON is YAML.
const config = join(folder, 'conformance.yaml');
writeFileSync(config, JSON.stringify(configFor(server)));

after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const conformance = (...args: readonly string[]) => runHere(['conformance', ...args]);

test('--list shows every check in a sentence and sends nothing', async () => {
  const { code, stdout } = await conformance('--list', '--only', 'VO-6');
  assert.equal(code, 0);
  assert.match(stdout, /^MUST {3}idempotency\/scoped-per-method {2}\(VO-6, IDEM-9\)$/m);
});

test('checks are listed with commas or spaces between them', async () => {
  const spaced = await conformance('--list', '--only', 'VO-6', 'IDEM-9');
  assert.deepEqual(await conformance('--list', '--only', 'VO-6,IDEM-9'), spaced);
  assert.equal(spaced.code, 0);
});

test('--dry-run says how many texts, echoes and wrong codes it would be, and sends none', async () => {
  const before = server.textCount();
  const { code, stdout } = await conformance('--config', config, '--dry-run');
  assert.equal(code, 0);
  assert.match(stdout, /at most \d+ text messages to 12 known subjects, \d+ echo calls, \d+ wrong codes/);
  assert.equal(server.textCount(), before);
});

test('Ctrl-C lets the check under way end, and the report is of those before', async () => {
  const child = spawn(process.execPath, [main, 'conformance', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const report = text(child.stdout);
  let told = '';
  let signalled = false;
  for await (const chunk of child.stderr.setEncoding('utf8')) {
    told += chunk;
    if (signalled || !/^ *1\/\d+ /m.test(told)) continue;
    signalled = child.kill('SIGINT');
  }
  assert.deepEqual(await closed, [130, null]);
  assert.match(told, /^SIGINT: the check under way ends/m);
  assert.match(await report, /the run was stopped before:\n[\s\S]*\nSTOPPED: .* not tested/);
});

test('a second signal gives up a check that waits, and ends the outage of the gateway that it began', async (t) => {
  const steps: string[] = [];
  const asked = Promise.withResolvers<void>();
  // Answers no call while its gateway refuses.
  const endpoint = createServer((_request, response) => {
    if (steps.length === 0) response.writeHead(404).end();
    else asked.resolve();
  });
  const gateway = createServer(({ url = '' }, response) => {
    steps.push(url);
    response.end();
  });
  for (const one of [endpoint, gateway]) {
    await once(one.listen(0, '127.0.0.1'), 'listening');
    t.after(() => one.close().closeAllConnections());
  }
  const urlOf = (one: Server) => `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
  const file = join(folder, 'outage.yaml');
  const known = [{ phoneNumber: '+12025550101' }];
  const gatewayOutage = { begin: { url: `${urlOf(gateway)}/begin` }, end: { url: `${urlOf(gateway)}/end` } };
  const timing = { answerMs: 600_000 };
  writeFileSync(file, JSON.stringify({ url: urlOf(endpoint), subjects: { known }, gatewayOutage, timing }));
  const args = ['conformance', '--config', file, '--only', 'send-otp/gateway-refusal-is-told'];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const report = text(child.stdout);
  await asked.promise;
  child.kill('SIGINT');
  for await (const line of createInterface({ input: child.stderr }))
    if (line.startsWith('SIGINT: the check under way ends')) child.kill('SIGTERM');
  assert.deepEqual(await closed, [130, null]);
  assert.deepEqual(steps, ['/begin', '/end']);
  assert.match(await report, /the run was stopped in its middle[\s\S]*\nSTOPPED: /);
});

test('a run of nothing but warnings ends with 0, and tells its progress on standard error', async () => {
  const { code, stdout, stderr } = await conformance('--config', config, '--only', 'send-otp/text-');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /warn {2}send-otp\/text-has-blank-line/);
  assert.match(stderr, /^\d+ checks, at most/);
  assert.match(stderr, /1\/10 {2}pass/);
});

test('an expected failure that passes ends with 1', async () => {
  const list = join(folder, 'expected.txt');
  writeFileSync(list, 'send-otp/text-has-token # not any more\n');
  const args = ['--config', config, '--only', 'send-otp/text-has-token', '--expected-failures', list];
  assert.equal((await conformance(...args)).code, 1);
});

test('--output takes the report, and the argument wins over the file’s url', async () => {
  const output = join(folder, 'report.json');
  const report = ['--report', 'json', '--output', output];
  const { code, stdout } = await conformance(server.url, '--only', 'HDR-7', ...report);
  assert.equal(code, 0);
  assert.equal(stdout, '');
  assert.equal(JSON.parse(readFileSync(output, 'utf8')).summary.failed, 0);
});

test('what can’t be run ends with 2', async () => {
  assert.equal((await conformance('http://127.0.0.1:1')).code, 2);
  assert.equal((await conformance()).code, 2);
  assert.equal((await conformance(server.url, '--only', 'nonsense')).code, 2);
  assert.equal((await conformance(server.url, '--report', 'pdf')).code, 2);
});

for (const first of [[], ['--dry-run'], ['--list']]) {
  const how = first.join('') || 'a run';
  test(`${how} looks at --output and --expected-failures before anything is sent`, async () => {
    const nowhere = join(folder, 'missing', 'file');
    const before = server.textCount();
    for (const option of ['--output', '--expected-failures']) {
      const only = ['--only', 'send-otp/text-has-token'];
      const { code, stdout, stderr } = await conformance(
        '--config',
        config,
        ...first,
        ...only,
        option,
        nowhere,
      );
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /(can't write .*|--expected-failures: .*)missing.file.*\nNothing was examined\./);
    }
    assert.equal(server.textCount(), before);
  });
}

test('--dry-run finds expected failures that are no checks, and leaves no file and no change behind', async () => {
  const list = join(folder, 'strange.txt');
  writeFileSync(list, 'send-otp/no-such-check\n');
  const { code, stderr } = await conformance('--dry-run', '--expected-failures', list);
  assert.equal(code, 2);
  assert.match(stderr, /no checks: send-otp\/no-such-check/);
  const fresh = join(folder, 'fresh.txt');
  assert.equal((await conformance('--dry-run', '--output', fresh)).code, 0);
  assert.equal(existsSync(fresh), false);
  assert.equal((await conformance('--dry-run', '--output', list)).code, 0);
  assert.equal(readFileSync(list, 'utf8'), 'send-otp/no-such-check\n');
});

test('a report that can’t be written in the end comes on standard output, and the exit code is 2', async () => {
  const passing = join(folder, 'passing');
  mkdirSync(passing);
  const vanishing = await startReferenceServer({
    accounts,
    fault: {
      admit: (right) => (request, mediaType) => {
        rmSync(passing, { recursive: true, force: true });
        return right(request, mediaType);
      },
    },
  });
  const report = ['--report', 'json', '--output', join(passing, 'report.json')];
  const { code, stdout, stderr } = await conformance(vanishing.url, '--only', 'HDR-7', ...report);
  await vanishing.close();
  assert.equal(code, 2);
  assert.match(stderr, /can't write the report to .*report\.json: ENOENT/);
  assert.equal(JSON.parse(stdout).summary.failed, 0);
});

test('the walk-through works: the examiner may be started in the same moment as the server', async () => {
  const { port, close } = await startReferenceServer({ accounts });
  await close();
  const settings = [`http.port=${port}`, 'operator.port=0', `dataDirectory=${join(folder, 'examined')}`];
  const serve = spawn(
    process.execPath,
    [main, 'serve', ...settings.flatMap((setting) => ['--set', setting])],
    { stdio: 'ignore' },
  );
  const stopped = new Promise((resolve) => serve.on('close', resolve));
  const { code, stderr } = await conformance(`http://localhost:${port}`, '--only', 'HDR-7');
  serve.kill();
  await stopped;
  assert.equal(code, 0, stderr);
});
