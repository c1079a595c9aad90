import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFault } from '../../src/config/faults.ts';
import { judgeSettings, listSettings } from '../../src/operations/settings.ts';
import { inspectConfig } from '../../src/settings/load.ts';
import { temporaryDirectory, temporaryFile } from '../config/config-under-test.ts';

test('every setting in force has its value and its origin, and no secret is in it', () => {
  const secret = 'a-secret-that-nobody-is-told-of-here';
  const inspection = inspectConfig({
    env: { GSP_OTP_HTTP_PORT: '8443', DIGESTS: secret },
    flags: { 'sms.brand': 'Exemplo', 'digests.secret': '{env: DIGESTS}' },
  });
  const rows = listSettings(inspection);
  const rowOf = (path: string) => rows.find((row) => row.path === path);
  assert.deepEqual(rowOf('http.port'), {
    path: 'http.port',
    value: 8443,
    origin: { kind: 'env', variable: 'GSP_OTP_HTTP_PORT' },
  });
  assert.deepEqual(rowOf('sms.brand')?.origin, { kind: 'flag', path: 'sms.brand' });
  assert.deepEqual(rowOf('sms.templatesFile')?.value, null);
  assert.deepEqual(rowOf('codes.attemptsMax')?.origin, { kind: 'default' });
  assert.equal(String(rowOf('digests.secret')?.value), '{env: DIGESTS}');
  assert.ok(!JSON.stringify(rows).includes(secret));
  assert.equal(rowOf('sms.gateway'), undefined, 'a group has no row, but its members');
});

test('what a start would refuse is a fault beside those of the settings, once these can be read', async (t) => {
  const templatesFile = temporaryFile(t, 'texts.yaml', 'en: {general: Your code}\n');
  const given = { dataDirectory: temporaryDirectory(t), 'sms.templatesFile': templatesFile };
  const judged = async (overrides: Readonly<Record<string, unknown>>) => {
    const inspection = inspectConfig({ env: {}, overrides: { ...given, ...overrides } });
    return (await judgeSettings(inspection, Date.now())).faults.map(describeFault).join('\n');
  };
  assert.match(await judged({}), /^sms\.templatesFile: en\.general has no \{code\}[^\n]*$/);
  assert.match(await judged({ 'http.port': -1 }), /^http\.port: is -1[^\n]*$/);
  assert.equal(await judged({ 'sms.templatesFile': undefined }), '');
});
