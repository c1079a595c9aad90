import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFault } from '../../src/config/faults.ts';
import { inspectConfig } from '../../src/settings/load.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { faultsOf } from './config-under-test.ts';

const postgres = { kind: 'postgres', hosts: ['db-1'], database: 'bank', user: 'otp' };

test('accounts lie with the store where they can, unless they are said to be elsewhere', () => {
  for (const [overrides, kind] of [
    [{}, 'sqlite'],
    [{ 'store.kind': 'sqlite' }, 'sqlite'],
    [{ store: postgres }, 'postgres'],
    [{ store: postgres, directory: { kind: 'postgres' } }, 'postgres'],
  ] as const) {
    const { values, faults, originOf } = inspectConfig({ env: {}, overrides });
    assert.deepEqual([(values as Settings).directory.kind, faults], [kind, []]);
    if (!('directory' in overrides)) assert.equal(originOf('directory.kind').kind, 'default');
  }
});

test('an account file beside a store on a server is refused, and accounts in the database of a store that has none', () => {
  for (const [overrides, told] of [
    [
      { store: postgres, directory: { kind: 'sqlite' } },
      /^directory: is of kind sqlite, a file on one machine, and servers on other machines use the same store; accepted: to leave it out/,
    ],
    [
      { directory: { kind: 'postgres' } },
      /^directory: is of kind postgres, which lives in the database of the store, and the store is of kind sqlite; accepted: /,
    ],
  ] as const) {
    const [fault, ...others] = faultsOf({ overrides });
    assert.ok(fault);
    assert.match(describeFault(fault), told);
    assert.deepEqual(others, []);
  }
});

test('a host of a store on a server with a port that is none is refused, and named', () => {
  for (const host of ['db-1:0', '[::1]:65536', 'db-2:70000']) {
    const [fault, ...others] = faultsOf({
      overrides: { store: { ...postgres, hosts: ['db-1:65535', host] } },
    });
    assert.ok(fault);
    const told = `store: has in hosts ${host}, which has no such port; accepted: ports from 1 to 65535`;
    assert.ok(describeFault(fault).startsWith(told), describeFault(fault));
    assert.deepEqual(others, []);
  }
  for (const host of ['[::1]', '[::1]:5433', 'db-1']) {
    assert.deepEqual(faultsOf({ overrides: { store: { ...postgres, hosts: [host] } } }), []);
  }
});
