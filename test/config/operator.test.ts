import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectConfig } from '../../src/settings/load.ts';

function look(profile: string, operator: Readonly<Record<string, unknown>>) {
  const overrides = { profile, operator };
  const { faults, warnings } = inspectConfig({ env: {}, overrides });
  return {
    faults: faults.filter(({ path }) => path.startsWith('operator')),
    // Told only for a configuration that is sound but for this.
    warnings: warnings.filter((text) => text.startsWith('operator')),
  };
}

const BEYOND = ['0.0.0.0', '::', '10.1.2.3', '127.0.0.1.example', '127.evil.example', 'gsp-otp.internal'];

test('an operator port beyond loopback is warned of, and refused in production unless it is said to be private', () => {
  for (const host of BEYOND) {
    const [fault, ...others] = look('production', { host }).faults;
    assert.deepEqual([fault?.path, others], ['operator.host', []], host);
    assert.match(fault?.accepted ?? '', /operator\.privateNetwork: true/);
    assert.deepEqual(look('production', { host, privateNetwork: true }).faults, []);
    assert.equal(look('sandbox', { host }).warnings.length, 1, host);
    assert.equal(look('sandbox', { host, privateNetwork: true }).warnings.length, 1, host);
  }
});

test('one on loopback is neither', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
    assert.deepEqual(look('production', { host }).faults, []);
    assert.deepEqual(look('sandbox', { host }).warnings, []);
  }
});
