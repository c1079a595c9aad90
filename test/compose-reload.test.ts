import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { settingsThatWait } from '../src/compose-reload.ts';
import { loadConfig } from '../src/config.ts';

test('settings that take effect at the next start only are told apart from keys and certificates', (t) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-reload-'));
  t.after(() => rmSync(dataDirectory, { recursive: true }));
  const key = (value: string) => ({ key: { value } });
  const load = (overrides: Readonly<Record<string, unknown>>) =>
    loadConfig({ environment: {}, overrides: { dataDirectory, ...overrides } });
  const before = load({ 'payload.pgp': { ours: [key('a')], google: [key('b')] } });
  const after = load({
    payload: {
      pgp: { ours: [key('c'), key('a')], google: [key('d')], armor: true },
      plain: true,
      graceMs: 5,
    },
    'http.port': 1,
    'codes.attemptsMax': 3,
    'codes.secrets': [{ id: 'next', secret: { value: 'x'.repeat(32) } }],
  });
  assert.deepEqual(settingsThatWait(before, before), []);
  assert.deepEqual([...settingsThatWait(before, after)].sort(), [
    'codes.attemptsMax',
    'codes.secrets',
    'http.port',
    'payload.pgp.armor',
    'payload.plain',
  ]);
});
