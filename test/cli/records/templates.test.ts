import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('[OQ-12] templates check: every text measured, exit code 0 if all fit, and nothing is made on disk', async (t) => {
  const cwd = temporaryDirectory(t);
  const { code, stdout, stderr } = await runHere(['templates', 'check', '--set', 'sms.brand=Acme'], { cwd });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^en +general +GSM-7 +67\/160 +67\/140$/m);
  assert.match(stdout, /^88 texts, with the brand "Acme" and codes of 6 digits: all fit\.$/m);
  assert.equal(existsSync(join(cwd, 'gsp-otp-data')), false);
});

test('[OQ-12] templates check: a text that does not fit is named with its remedy, and the exit code is 1', async (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(
    join(cwd, 'texts.yaml'),
    `es: {general: 'Tu código de {brand} es {code}. ${'No lo digas. '.repeat(4)}.'}\n`,
  );
  const flags = [
    '--set',
    'sms.templatesFile=texts.yaml',
    '--set',
    'sms.languages=en,es',
    '--set',
    'sms.brand=Bank24',
  ];
  const { code, stdout, stderr } = await runHere(['templates', 'check', ...flags], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /^warning: the brand has "Bank24"/);
  assert.match(stdout, /^es +general +UCS-2 .* does not fit$/m);
  assert.match(stdout, /^es\.general has \d+ units of UCS-2, \d+ over 70:\n- replace ó \(U\+00F3\) by "o"/m);
  assert.match(stdout, /^8 texts, .*: 1 do not fit\.$/m);

  const asJson = await runHere(['templates', 'check', '--json', ...flags], { cwd });
  assert.equal(asJson.code, 1);
  const { fits, texts } = JSON.parse(asJson.stdout);
  assert.equal(fits, false);
  const misfits = texts.filter((text: { fits: boolean }) => !text.fits);
  assert.deepEqual(
    misfits.map(({ language, context }: Record<string, string>) => [language, context]),
    [['es', 'general']],
  );
});

test('templates check: bad input is exit code 2', async (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'texts.yaml'), 'en: {general: no}\n');
  for (const [flag, message] of [
    [
      'sms.templatesFile=texts.yaml',
      /^sms\.templatesFile: en\.general is not a text|^sms\.templatesFile: en\.general has no \{code\}/m,
    ],
    ['sms.templatesFile=absent.yaml', /^sms\.templatesFile: .*absent\.yaml does not exist;/m],
    ['sms.brand=', /^sms\.brand: is empty/m],
    ['codes.length=11', /^codes\.length: is 11/m],
    ['sms.languages=en,xx', /^sms\.languages: the language xx has no texts/m],
  ] as const) {
    const { code, stdout, stderr } = await runHere(['templates', 'check', '--set', flag], { cwd });
    assert.deepEqual([code, stdout], [2, ''], flag);
    assert.match(stderr, message);
  }
});

test('templates check: settings that texts do not depend on may be faulty', async (t) => {
  const cwd = temporaryDirectory(t);
  const flags = ['--set', 'profile=production', '--set', 'sms.brand=Acme', '--set', 'http.port=99999'];
  assert.equal((await runHere(['templates', 'check', ...flags], { cwd })).code, 0);
});

test('templates show: every wording with its variables, as text and as JSON', async (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'texts.yaml'), "en-GB: {general: 'Your {brand} code: {code}'}\n");
  const flags = ['--set', 'sms.templatesFile=texts.yaml', '--set', 'sms.brand=Acme'];
  const { code, stdout, stderr } = await runHere(['templates', 'show', ...flags], { cwd });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(
    stdout,
    /^en\.general\n {2}\{code\} is your \{brand\} code\. .*\n\n {2}\{smsMatchingToken\}$/m,
  );
  assert.match(stdout, /^en-GB\.general \(your own\)\n {2}Your \{brand\} code: \{code\}\n/m);
  assert.match(stdout, /^92 texts\. \{brand\} is "Acme", .*No native speaker has read/ms);

  const asJson = await runHere(['templates', 'show', '--json', '--set', 'sms.languages=en,zh-Hant'], { cwd });
  const { texts } = JSON.parse(asJson.stdout) as { readonly texts: readonly Record<string, string>[] };
  assert.equal(texts.length, 8);
  for (const { text, message } of texts) {
    assert.match(text ?? '', /\{code\}/);
    assert.match(text ?? '', /\{brand\}/);
    assert.equal(message, `${text}\n\n{smsMatchingToken}`);
  }
});
