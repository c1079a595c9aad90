import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { SmsGateway } from '../../../src/ports/sms-gateway.ts';
import { startStandIn } from '../../adapters/gateways/shared/gateway-stand-in.ts';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { activeNumber, importTestAccounts } from '../../support/test-accounts.ts';
import { startApplication } from '../../support/test-application.ts';

/**
 * Colours, the clipboard, a link, a line that overwrites, what hides or turns the reading direction, and a line that looks
 * as if it were one of ours.
 */
const HOSTILE =
  'x\u001b[31m\u001b]52;c;Zm9v\u0007\u001b]8;;http://x.example\u001b\\\\a\u009b1m\nFORGED: sound\r\u202e\u2066\u200b\u200d\ufeff\u2028\u2029\u{e0041}\u007fy';

const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** What a command printed, which has the hostile value in it, and nothing of that as it was. */
function assertHarmless({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  const printed = stdout + stderr;
  assert.match(printed, /Zm9v/, printed);
  assertUnseen({ stdout, stderr });
}

function assertUnseen({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  const printed = stdout + stderr;
  assert.doesNotMatch(printed.replaceAll('\n', ''), unseen, JSON.stringify(printed));
  assert.doesNotMatch(printed, /^FORGED/m, printed);
}

async function serving(t: TestContext, body: string | Buffer, status = 200, headers = {}): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

test('call prints nothing of an answer that commands the terminal', async (t) => {
  for (const [body, status] of [
    [HOSTILE, 200],
    [JSON.stringify({ result: HOSTILE, [HOSTILE]: 1 }), 200],
    [`<html>${HOSTILE}`, 502],
  ] as const) {
    const url = await serving(t, body, status);
    for (const flags of [[], ['--json'], ['--verbose']]) {
      const printed = await runHere(['call', 'echo', '--url', url, ...flags]);
      assertHarmless(printed);
      if (flags[0] === '--json') JSON.parse(printed.stdout);
    }
  }
});

test('inbox prints nothing of its texts that commands the terminal, and keeps their lines', async (t) => {
  const text = {
    number: 1,
    receivedAtMs: 0,
    to: `+1${HOSTILE}`,
    text: `${HOSTILE}\n\nکد می\u200Cخواهم`,
    language: HOSTILE,
  };
  const url = await serving(t, JSON.stringify({ texts: [text], behaviour: HOSTILE, delayMs: 0 }));
  const joined = new Set<string>();
  for (const args of [
    ['list'],
    ['list', '--json'],
    ['show'],
    ['show', '--json'],
    ['behave'],
    ['behave', 'refuse'],
  ]) {
    const { stdout, stderr } = await runHere(['inbox', ...args, '--operator-url', url]);
    if (stdout.includes('می\u200Cخواهم')) joined.add(args.join(' '));
    assertHarmless({ stdout: stdout.replaceAll('می\u200Cخواهم', ''), stderr });
  }
  // The half-space of Persian is part of the text.
  assert.deepEqual([...joined], ['list', 'list --json', 'show', 'show --json']);
  const failing = await serving(t, HOSTILE, 500);
  assertHarmless(await runHere(['inbox', 'list', '--operator-url', failing]));
});

test('what is no inbox is told, and no bug', async (t) => {
  for (const body of [
    '<html>',
    '[]',
    '{}',
    '{"texts":5}',
    '{"texts":[{}]}',
    '{"texts":[{"number":1,"receivedAtMs":1e99}]}',
  ]) {
    const url = await serving(t, body);
    const { code, stderr } = await runHere(['inbox', 'list', '--operator-url', url]);
    assert.equal(code, 1);
    assert.match(stderr, /answers, but not as an inbox does/);
  }
});

test('an answer that inflates beyond 4 MiB is not taken in', async (t) => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  const url = await serving(t, bomb, 200, { 'content-encoding': 'gzip' });
  for (const args of [
    ['inbox', 'list', '--operator-url', url],
    ['call', 'echo', '--url', url],
  ]) {
    const { code, stderr } = await runHere(args);
    assert.match(stderr, /longer than 4194304 bytes/);
    assert.equal(code, 1);
  }
});

test('explain prints nothing of what a gateway said that commands the terminal', async (t) => {
  const gateway: SmsGateway = {
    name: 'hostile',
    send: async () => ({ kind: 'refused', gateway: HOSTILE, reason: 'content', detail: HOSTILE }),
    close: async () => undefined,
  };
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  const app = await startApplication({ dataDirectory, overrides: { gateway } });
  const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };
  await app.call('sendOtp', 'hostile-1', fields);
  await app.stop();
  for (const flags of [[], ['--json']]) {
    const printed = await runHere([
      'explain',
      'hostile-1',
      '--set',
      `dataDirectory=${dataDirectory}`,
      ...flags,
    ]);
    assertHarmless(printed);
    assert.equal(printed.code, 0);
  }
});

test('accounts prints nothing of a directory or a file that commands the terminal', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  const database = new DatabaseSync(join(dataDirectory, 'accounts.sqlite'));
  database
    .prepare("UPDATE accounts SET account_id = ?, language = ? WHERE account_id = 'acc-1'")
    .run(HOSTILE, HOSTILE);
  database
    .prepare("UPDATE associations SET association_id = ? WHERE association_id = 'assoc-1'")
    .run(HOSTILE);
  database.close();
  const set = ['--set', `dataDirectory=${dataDirectory}`];
  for (const flags of [[], ['--json']]) {
    assertHarmless(
      await runHere(['accounts', 'show', '--account-phone-number', activeNumber(1), ...set, ...flags]),
    );
  }
  const file = join(temporaryDirectory(t), `${HOSTILE.replaceAll('/', '')}.csv`);
  writeFileSync(file, `accountId,status\n${HOSTILE},active\nb,${HOSTILE}\n`);
  assertHarmless(await runHere(['accounts', 'import', file, ...set]));
});

test('gateways and config print nothing of an answer or a setting that commands the terminal', async (t) => {
  const { url: baseUrl } = await startStandIn(t, { status: 201, body: { sid: HOSTILE, status: 'queued' } });
  const gateway = {
    kind: 'twilio',
    baseUrl,
    accountSid: 'AC1',
    authToken: { env: 'TOKEN' },
    sender: '+12025550100',
  };
  const set = ['--set', `sms.gateway=${JSON.stringify(gateway)}`];
  for (const flags of [[], ['--json']]) {
    const args = ['gateways', 'test', '--to', '+14035550123', '--yes', ...set, ...flags];
    assertUnseen(await runHere(args, { env: { TOKEN: 'token' } }));
  }
  for (const command of [['config', 'check'], ['doctor'], ['serve']]) {
    assertUnseen(
      await runHere([...command, '--set', `http.host=${HOSTILE}`, '--set', `sms.brand=${HOSTILE}`]),
    );
  }
  const keys = JSON.stringify({ ours: [{ key: { file: HOSTILE } }], google: [{ key: { file: HOSTILE } }] });
  for (const command of [['list'], ['list', '--json'], ['check'], ['check', '--json']]) {
    assertHarmless(await runHere(['keys', ...command, '--set', `payload.pgp=${keys}`]));
  }
  assertHarmless(await runHere([HOSTILE]));
});

test('conformance prints nothing of an endpoint that commands the terminal, in any format', async (t) => {
  const url = await serving(t, JSON.stringify({ errorDescription: HOSTILE }), 400, {
    'content-type': 'application/json',
  });
  for (const format of ['text', 'json', 'junit', 'html']) {
    const printed = await runHere(['conformance', url, '--only', 'ERR', '--report', format]);
    assertHarmless(printed);
  }
});
