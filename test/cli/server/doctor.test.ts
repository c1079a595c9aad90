import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Finding } from '../../../src/operations/doctor/finding.ts';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('doctor prints findings as text or JSON, and ends with 1 if something does not work', async (t) => {
  const data = ['--set', `dataDirectory=${join(temporaryDirectory(t), 'data')}`, '--set', 'operator.port=2'];
  const text = await runHere(['doctor', ...data]);
  assert.equal(text.code, 0, text.stdout);
  assert.match(text.stdout, /^ok {6}configuration: it is sound\n/);
  assert.match(text.stdout, /\n- {7}keys: bodies are clear JSON\n {10}Make keys: .*--help\n/);
  assert.match(text.stdout, /\nFailed: 0\. Warnings: 0\. Not looked at: \d+\.\n$/);

  const json = await runHere(['doctor', '--json', '--set', 'profile=production', ...data]);
  assert.equal(json.code, 1);
  const findings = JSON.parse(json.stdout) as readonly Finding[];
  assert.ok(findings.some(({ subject, verdict }) => subject === 'configuration' && verdict === 'failed'));
});

test('doctor takes no URL that Google would not call', async () => {
  const { code, stdout, stderr } = await runHere(['doctor', '--url', 'http://otp.bank.example/v1']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(
    stderr,
    /^gsp-otp: http:\/\/otp\.bank\.example\/v1 is not what Google calls\nWrite it as https:/,
  );
});
