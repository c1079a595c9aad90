import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSomeSettings } from '../../../src/cli/terminal/some-settings.ts';
import { ConfigError } from '../../../src/config/faults.ts';

const read = (flags: Readonly<Record<string, string>>, ...needed: Parameters<typeof readSomeSettings>[1]) =>
  readSomeSettings({ env: {}, flags }, needed);

const faultsOf = (...terms: Parameters<typeof read>): readonly string[] => {
  try {
    read(...terms);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path }) => path);
  }
};

test('of all settings only those that are needed have to be sound', () => {
  const faulty = { 'sms.brand': '', 'codes.length': '99', 'http.port': 'x' };
  assert.deepEqual(faultsOf(faulty, 'sms.gateway', 'store'), []);
  assert.deepEqual(faultsOf(faulty, 'sms.brand', 'codes.length'), ['codes.length', 'sms.brand']);
  assert.deepEqual(faultsOf(faulty, 'sms', 'requests.budgetMs'), ['sms.brand']);
  assert.equal(read({ 'sms.brand': '', 'codes.length': '8' }, 'codes.length').codes.length, 8);
});

test('what is within a setting that is needed, and what holds it, has to be sound too', () => {
  assert.deepEqual(faultsOf({ 'sms.gateway': '{kind: nothing}' }, 'sms.gateway'), ['sms.gateway.kind']);
  assert.deepEqual(faultsOf({ 'sms.gateway': '{kind: nothing}' }, 'sms.brand'), []);
  assert.deepEqual(faultsOf({ sms: 'text' }, 'sms.brand', 'sms.gateway')[0], 'sms');
});

test('a name that is no setting may be one that is needed, misspelt', () => {
  assert.deepEqual(faultsOf({ 'sms.brnad': 'x' }, 'sms.brand'), ['sms.brnad']);
  assert.deepEqual(faultsOf({ smss: 'x' }, 'sms.brand'), ['smss']);
  assert.deepEqual(faultsOf({ 'http.prot': '1' }, 'sms.brand'), []);
});
