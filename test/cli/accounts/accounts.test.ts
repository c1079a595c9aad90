import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** `gsp-otp accounts` on a directory with two accounts of one number, one of them closed. */
async function accountsCli(t: TestContext) {
  const folder = temporaryDirectory(t);
  const file = join(folder, 'a.csv');
  const rows = [
    'w-1,active,+14035550101,pt-BR,as-1 as-2',
    'w-2,closed,+14035550101,,as-3',
    'w-3,not-eligible,,,',
  ];
  writeFileSync(file, ['accountId,status,phoneNumber,language,associationIds', ...rows, ''].join('\n'));
  const run = (...words: readonly string[]) =>
    runHere(['accounts', ...words, '--set', `dataDirectory=${folder}`]);
  assert.equal((await run('import', file)).code, 0);
  return run;
}

test('show finds an account by each of its keys and masks its number', async (t) => {
  const run = await accountsCli(t);
  const { code, stdout } = await run('show', 'w-1');
  assert.equal(code, 0);
  assert.match(stdout, /^account id +w-1\nstatus +active\nphone number +\+1403\*{5}01\nlanguage +pt-BR\n/);
  assert.match(stdout, /\nassociations +as-1\n +as-2\n$/);
  const byAssociation = await run('show', '--association-id', 'as-3', '--json');
  assert.equal(JSON.parse(byAssociation.stdout)[0].accountId, 'w-2');
  const byNumber = await run('show', '--account-phone-number', '+14035550101', '--json');
  assert.deepEqual(
    JSON.parse(byNumber.stdout).map((account: { accountId: string }) => account.accountId),
    ['w-1', 'w-2'],
  );
  assert.doesNotMatch(byNumber.stdout, /4035550101/);
});

test('show --reveal shows the number in clear', async (t) => {
  const run = await accountsCli(t);
  const { stdout } = await run('show', 'w-1', '--reveal', '--json');
  assert.equal(JSON.parse(stdout)[0].phoneNumber, '+14035550101');
});

test('show exits with 1 if nobody is found, with 2 if asked for nobody or in two ways', async (t) => {
  const run = await accountsCli(t);
  assert.equal((await run('show', 'w-9')).code, 1);
  const unknown = await run('show', '--account-phone-number', '+14035550199');
  assert.equal(unknown.code, 1);
  assert.doesNotMatch(unknown.stderr, /5550199/);
  assert.equal((await run('show')).code, 2);
  assert.equal((await run('show', 'w-1', '--association-id', 'as-1')).code, 2);
});

test('[SO-11] set-status closes an account only with --yes, and says what that means', async (t) => {
  const run = await accountsCli(t);
  for (const status of ['closed', 'closed-account-taken-over', 'closed-fraud']) {
    const refused = await run('set-status', 'w-1', status);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /Google closes the user's payment instrument[\s\S]*--yes/);
  }
  assert.match((await run('show', 'w-1')).stdout, /status +active/);
  const closed = await run('set-status', 'w-1', 'closed-fraud', '--yes', '--json');
  assert.equal(closed.code, 0);
  assert.match(closed.stderr, /^warning: .*payment instrument/);
  assert.deepEqual(JSON.parse(closed.stdout), { accountId: 'w-1', status: 'closed-fraud' });
  assert.match((await run('show', 'w-1')).stdout, /status +closed-fraud/);
});

test('[OQ-29] set-status refuses a second active account with one number', async (t) => {
  const run = await accountsCli(t);
  const { code, stderr } = await run('set-status', 'w-2', 'active');
  assert.equal(code, 1);
  assert.match(stderr, /another active account has the phone number/);
  assert.equal((await run('set-status', 'w-3', 'active')).code, 0);
  assert.equal((await run('set-status', 'w-9', 'active')).code, 1);
  assert.equal((await run('set-status', 'w-1', 'aktive')).code, 2);
});

test('[FLOW-4] associate gives an id to one account and never to a second one', async (t) => {
  const run = await accountsCli(t);
  for (let time = 0; time < 2; time += 1) {
    const { code, stdout } = await run('associate', 'w-3', 'as-9', '--json');
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), { accountId: 'w-3', associationId: 'as-9' });
  }
  const taken = await run('associate', 'w-1', 'as-9');
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /belongs to another account/);
  assert.equal((await run('associate', 'w-9', 'as-10')).code, 1);
  assert.equal((await run('associate', 'w-1', ' as-10')).code, 2);
  for (const words of [
    ['associate', 'w-1', 'as\u200B9'],
    ['associate', 'w-\u200B1', 'as-77'],
    ['set-status', 'w-\u200B1', 'active'],
    ['show', 'w-\u200B1'],
    ['show', '--association-id', 'as\u200B9'],
  ])
    assert.match((await run(...words)).stderr, /This one has the invisible character U\+200B at place 3\./); // [OQ-85]
});

test('[ENV-1] the accounts of the sandbox are refused in production; only two settings have to be sound', async (t) => {
  const folder = temporaryDirectory(t);
  const file = join(folder, 'a.csv');
  writeFileSync(file, 'accountId,status\nw-1,active\n');
  const run = (...words: readonly string[]) => runHere(['accounts', ...words], { cwd: folder });
  // Production's secrets are not here.
  const production = ['--set', 'profile=production', '--set', 'dataDirectory=data'];
  assert.equal((await run('import', file, ...production)).code, 0);
  const refused = await run('show', 'w-1', '--set', 'dataDirectory=data');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /belongs to the production environment, this is sandbox/);
  const misspelt = await run('show', 'w-1', '--set', 'profil=production');
  assert.equal(misspelt.code, 2);
  assert.match(misspelt.stderr, /Did you mean profile\?/);
});

test('without a directory, show says how to make one', async (t) => {
  const { code, stderr } = await runHere(['accounts', 'show', 'w-1'], { cwd: temporaryDirectory(t) });
  assert.equal(code, 1);
  assert.match(stderr, /there is no account directory .* yet: 'gsp-otp accounts import' makes one/);
});

test('[SO-11, OQ-95] import closes many accounts only with --confirm-closing and their number, which --dry-run tells', async (t) => {
  const folder = temporaryDirectory(t);
  const import_ = (status: string, ...words: readonly string[]) => {
    const file = join(folder, `${status}.csv`);
    const rows = Array.from({ length: 4 }, (_, at) => `w-${at},${status}`);
    writeFileSync(file, ['accountId,status', ...rows, ''].join('\n'));
    const guarded = ['mode=enforce', 'seenMin=4', 'closedMin=2'].map((one) => `closedGuard.${one}`);
    const settings = [`dataDirectory=${folder}`, ...guarded].flatMap((one) => ['--set', one]);
    return runHere(['accounts', 'import', file, ...words, ...settings]);
  };
  assert.equal((await import_('active')).code, 0);
  const tried = await import_('closed', '--dry-run');
  assert.equal(tried.code, 0);
  assert.match(tried.stderr, /would close 4 accounts of 4.*without --confirm-closing 4\.\n$/);
  for (const words of [[], ['--confirm-closing', '3']]) {
    const refused = await import_('closed', ...words);
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.match(
      refused.stderr,
      /closes 4 accounts of 4.*nothing was applied without --confirm-closing 4\.\n$/,
    );
  }
  const json = await import_('closed', '--json');
  assert.equal(json.code, 2);
  assert.deepEqual(JSON.parse(json.stdout).toConfirm, { closing: 4, held: 4 });
  for (const wrong of ['0', '-1', 'all', '4.0', ''])
    assert.equal((await import_('closed', '--confirm-closing', wrong)).code, 2, wrong);
  const applied = await import_('closed', '--confirm-closing', '4');
  assert.equal(applied.code, 0);
  assert.match(applied.stdout, /4 of them closed by it/);
});

test('list has a line for each account, of one status if that is asked for, with masked numbers', async (t) => {
  const run = await accountsCli(t);
  const all = await run('list');
  assert.deepEqual([all.code, all.stderr], [0, '']);
  assert.equal(
    all.stdout,
    'w-1  active  +1403*****01\nw-2  closed  +1403*****01\nw-3  not-eligible  (no number)\n',
  );
  const closed = await run('list', '--status', 'closed', '--json', '--reveal');
  const account = { accountId: 'w-2', status: 'closed', phoneNumber: '+14035550101', language: null };
  assert.deepEqual(JSON.parse(closed.stdout), account);
  assert.equal((await run('list', '--status', 'gone')).code, 2);
});

test('what export writes is what import reads; no file is overwritten', async (t) => {
  const run = await accountsCli(t);
  const file = join(temporaryDirectory(t), 'out.ndjson');
  assert.equal((await run('export', file)).code, 0);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const [first, ...others] = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.deepEqual(JSON.parse(first ?? ''), {
    ...{ accountId: 'w-1', status: 'active', phoneNumber: '+14035550101', language: 'pt-BR' },
    associationIds: ['as-1', 'as-2'],
  });
  assert.equal(others.length, 2);
  const again = await run('export', file);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /is there already/);
  assert.equal((await run('export', join(file, 'x'))).code, 1);
  assert.match((await run('import', file)).stdout, /unchanged +3 accounts/);
  assert.match((await run('export', '-')).stdout, /^\{"accountId":"w-1"/);
});

test('[OQ-97] delete needs --yes, and says what Google will not be told', async (t) => {
  const run = await accountsCli(t);
  const asked = await run('delete', 'w-1');
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /not told that a deleted account is closed/);
  assert.equal((await run('show', 'w-1')).code, 0);
  assert.equal((await run('delete', 'w-1', '--yes')).code, 0);
  assert.equal((await run('show', 'w-1')).code, 1);
  assert.equal((await run('show', '--association-id', 'as-1')).code, 1);
  assert.equal((await run('delete', 'w-1', '--yes')).code, 1);
});
