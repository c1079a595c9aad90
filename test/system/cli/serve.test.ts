import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { runHere } from '../../support/cli-here.ts';
import { startCli } from '../../support/cli-process.ts';
import { type Served, serveSample } from '../../support/served.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { until } from '../../support/until.ts';

const number = '+12025550101';

function sendOtp({ url }: Served, ...more: readonly string[]) {
  return runHere(['call', 'sendOtp', '--url', url, '--account-phone-number', number, '--json', ...more]);
}

async function textArrived({ operatorUrl }: Served): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const response = await fetch(`${operatorUrl}/inbox`);
    const { texts } = (await response.json()) as { readonly texts: readonly unknown[] };
    if (texts.length > 0) return;
    await wait(50);
  }
  assert.fail('no text arrived');
}

test('serve, call, inbox, explain: a code from request to verification', async (t) => {
  const served = await serveSample(t);
  const { url, operatorUrl, dataDirectory } = served;
  const inbox = ['--operator-url', operatorUrl];
  assert.equal((await runHere(['inbox', 'list', ...inbox])).stdout, 'The inbox is empty.\n');

  const sent = await sendOtp(served, '--request-id', 'demo-1', '--otp-context', 'association');
  assert.equal(sent.code, 0, sent.stderr);
  const { request, response } = JSON.parse(sent.stdout);
  assert.equal(request.body.requestHeader.requestId, 'demo-1');
  assert.deepEqual([response.status, response.body.result], [200, 'SUCCESS']);

  const bubble = (await runHere(['inbox', 'show', ...inbox])).stdout;
  assert.match(bubble, /^╭─ To \+12025550101 ─+╮$/m);
  assert.ok(bubble.includes(`│ ${request.body.smsMatchingToken} `));
  const widths = new Set(
    bubble
      .trimEnd()
      .split('\n')
      .map((line) => line.length),
  );
  assert.equal(widths.size, 1, bubble);
  const shown = JSON.parse((await runHere(['inbox', 'list', '--to', number, '--json', ...inbox])).stdout);
  assert.equal(shown.length, 1);
  const otp = /\d{6}/.exec(shown[0].text)?.[0] ?? '';

  const verified = await runHere([
    'call',
    'verifyOtp',
    '--url',
    url,
    '--send-otp-request-id',
    'demo-1',
    '--otp',
    otp,
    '--request-id',
    'demo-2',
  ]);
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /^→ POST .*verifyOtp$[\s\S]*^← 200 after \d+ ms$[\s\S]*"result": "SUCCESS"/m);
  assert.match((await sendOtp(served, '--request-id', 'demo-3')).stdout, /"OTP_LIMIT_REACHED"/);

  const data = ['--set', `dataDirectory=${dataDirectory}`];
  const told = (await runHere(['explain', 'demo-1', ...data])).stdout;
  assert.match(told, /^sendOtp demo-1$/m);
  assert.match(
    told,
    /challenge \S{16}: verified, a code of 6 digits for association, 1 text\(s\), 0 wrong code\(s\)/,
  );
  assert.match(
    told,
    /received[\s\S]*issued[\s\S]*accepted, a gateway accepted the text \(inbox [\s\S]*answered SUCCESS[\s\S]*verified, .*\(demo-2\)/,
  );
  assert.match((await runHere(['explain', 'demo-2', ...data])).stdout, /about sendOtp demo-1/);
  assert.match(
    (await runHere(['explain', 'demo-3', ...data])).stdout,
    /answered OTP_LIMIT_REACHED: coolDown, .*\(quotas\.coolDownMs\)/,
  );
  for (const secret of [otp, number, request.body.smsMatchingToken]) assert.ok(!told.includes(secret));
  const asJson = JSON.parse((await runHere(['explain', 'demo-1', '--json', ...data])).stdout);
  assert.equal(asJson[0].challenge.state, 'verified');
  assert.ok(!('nonce' in asJson[0].challenge));
  const search = (...terms: readonly string[]) => runHere(['explain', ...terms, ...data]);
  for (const terms of [
    ['--account-phone-number', number],
    ['--account-id', 'wallet-1001'],
  ]) {
    const { stdout: list, stderr } = await search(...terms);
    assert.match(list, /^\S+Z {2}demo-1 {2}SUCCESS: verified, text to US by inbox, no receipt$/m, stderr);
    assert.match(list, /^\S+Z {2}demo-3 {2}OTP_LIMIT_REACHED: coolDown, .*\(quotas\.coolDownMs\)$/m);
    assert.ok(!list.includes(number) && !list.includes(otp));
  }
  const nobody = await search('--account-phone-number', '+12025550199');
  assert.deepEqual([nobody.code, nobody.stdout], [1, '']);
  const inNoForm = await search('--account-phone-number', '12025550101');
  assert.deepEqual([inNoForm.code, inNoForm.stdout], [1, '']);
  assert.match(inNoForm.stderr, /In E\.164 a phone number is written as \+12025550101/);
  for (const terms of [[], ['demo-1', '--account-id', 'x']]) {
    assert.equal((await search(...terms)).code, 2, terms.join(' '));
  }
  const unknown = await runHere(['explain', 'demo-9', ...data]);
  assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
  assert.match(unknown.stderr, /^gsp-otp: no request demo-9 is known\n/);
  const misplaced = await runHere(['explain', '+12025550199', ...data]);
  assert.equal(misplaced.code, 1);
  assert.match(misplaced.stderr, /listed by --account-phone-number/);
});

test('inbox watch shows a text as it comes', async (t) => {
  const served = await serveSample(t);
  const watching = startCli(['inbox', 'watch', '--json', '--operator-url', served.operatorUrl]);
  t.after(() => watching.kill());
  await once(watching.stderr, 'data');
  assert.equal((await sendOtp(served)).code, 0);
  const [line] = await once(watching.stdout, 'data');
  assert.equal(JSON.parse(String(line)).to, number);
});

test('SIGTERM: the running request is answered, then the server ends with exit code 0', async (t) => {
  const served = await serveSample(t);
  const behave = ['inbox', 'behave', 'late', '--delay-ms', '1000', '--operator-url', served.operatorUrl];
  assert.equal((await runHere(behave)).stdout, 'late, after 1000 ms\n');
  const running = sendOtp(served);
  await textArrived(served);
  served.child.kill('SIGTERM');
  assert.match((await running).stdout, /"SUCCESS"/);
  assert.deepEqual(await served.ended, [0, null]);
});

test('one signal that arrives twice, as from a launcher in a group that is signalled, is one', async (t) => {
  const served = await serveSample(t);
  const behave = ['inbox', 'behave', 'late', '--delay-ms', '300', '--operator-url', served.operatorUrl];
  assert.equal((await runHere(behave)).code, 0);
  const running = sendOtp(served);
  await textArrived(served);
  served.child.kill('SIGTERM');
  await served.line(/^SIGTERM: stopping/);
  served.child.kill('SIGTERM');
  assert.match((await running).stdout, /"SUCCESS"/);
  assert.deepEqual(await served.ended, [0, null]);
});

test('a second signal ends the server at once', async (t) => {
  const served = await serveSample(t);
  const behave = ['inbox', 'behave', 'accept-and-hang-up', '--operator-url', served.operatorUrl];
  assert.equal((await runHere(behave)).code, 0);
  const running = sendOtp(served);
  await textArrived(served);
  served.child.kill('SIGINT');
  await served.line(/^SIGINT: stopping/);
  served.child.kill('SIGTERM');
  assert.deepEqual(await served.ended, [143, null]);
  const { code, stderr } = await running;
  assert.equal(code, 1);
  assert.match(stderr, /does not answer/);
});

test('a port that is taken and a database that is in use are told in two lines at most', async (t) => {
  const { dataDirectory } = await serveSample(t);
  const free = ['--set', 'http.port=0', '--set', 'operator.port=0'];
  const second = await runHere(['serve', '--set', `dataDirectory=${dataDirectory}`, ...free]);
  assert.equal(second.code, 1);
  assert.match(
    second.stderr,
    /^gsp-otp: another process serves from .*otp\.sqlite, or has it open: stop it first.*\n$/,
  );

  const squatter = createServer().listen(0, '127.0.0.1');
  t.after(() => squatter.close());
  await once(squatter, 'listening');
  const address = squatter.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const other = ['--set', `dataDirectory=${temporaryDirectory(t)}`, '--set', 'http.port=0'];
  const taken = await runHere(['serve', ...other, '--set', `operator.port=${port}`]);
  assert.equal(taken.code, 1);
  assert.match(
    taken.stderr,
    new RegExp(
      `^gsp-otp: operator\\.port ${port} on 127\\.0\\.0\\.1 is taken\\n.*--set operator\\.port=0.*\\n$`,
    ),
  );
});

test('a faulty configuration starts nothing and makes nothing: exit code 2', async (t) => {
  const cwd = temporaryDirectory(t);
  const { code, stderr } = await runHere(['serve', '--set', 'http.prot=1', '--set', 'codes.length=3'], {
    cwd,
  });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^http\.prot: is not a setting.*\ncodes\.length: is 3;.*\n\nThe configuration has 2 fault\(s\)/,
  );
  assert.deepEqual(readdirSync(cwd), []);
});

test('migrate: says from which schema version to which, and a dry run makes nothing', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const run = (...args: readonly string[]) =>
    runHere(['migrate', '--set', `dataDirectory=${dataDirectory}`, ...args]);
  const { code, stdout } = await run('--dry-run');
  assert.equal(code, 0);
  assert.match(stdout, /otp\.sqlite: new, made with version \d+ \(not done: --dry-run\)$/m);
  assert.equal(existsSync(join(dataDirectory, 'otp.sqlite')), false);

  assert.match((await run()).stdout, /otp\.sqlite: new, made with version (\d+)\n.*accounts\.sqlite: new/);
  const { migrations } = JSON.parse((await run('--json')).stdout);
  assert.equal(migrations.length, 2);
  for (const { fromVersion, toVersion } of migrations) assert.equal(fromVersion, toVersion);
  const other = await run('--dry-run', '--set', 'profile=production');
  assert.equal(other.code, 1);
  assert.match(other.stderr, /sandbox/);
});

const limiting = {
  skip: spawnSync('prlimit', ['--version']).error !== undefined && 'needs prlimit, of Linux',
};

test(
  'a server that may open no more files counts it, says so in one line, and answers again',
  limiting,
  async (t) => {
    const { child, url, operatorUrl } = await serveSample(t);
    let lines = 0;
    const told = new Promise<void>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        if (!line.includes('"reason":"no-descriptors"')) return;
        lines += 1;
        resolve();
      });
    });
    assert.equal(spawnSync('prlimit', ['--pid', `${child.pid}`, '--nofile=64:64']).status, 0);
    const { hostname, port } = new URL(url);
    const idle = Array.from({ length: 100 }, () =>
      connect(Number(port), hostname).on('error', () => undefined),
    );
    await told;
    for (const socket of idle) socket.destroy();
    const answered = () =>
      fetch(`${url}/echo`, { method: 'POST' }).then(
        () => true,
        () => false,
      );
    await until(answered);
    const metrics = await (await fetch(`${operatorUrl}/metrics`)).text();
    // Descriptors belong to the process: whichever listener looks first counts it.
    assert.match(metrics, /ended_total\{listener="\w+",reason="no-descriptors"\} [1-9]/);
    assert.equal(lines, 1);
  },
);
