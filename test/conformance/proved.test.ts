import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalog } from '../../conformance/checks/catalog.ts';
import { plainFaults } from './faults/plain.ts';
import { sealingFaults } from './faults/sealing.ts';
import { joseFaults } from './faults/sealing-jose.ts';
import { pgpFaults } from './faults/sealing-pgp.ts';
import { transportFaults } from './faults/transport.ts';

/** Proved in bites-keys.test.ts by wrong keys in place of a wrong server. */
const byKeys = [
  'sealing/keys-are-strong',
  'sealing/pgp-keys-expire',
  'sealing/pgp-keys-have-encryption-subkey',
];
/** Proved in bites-transport.test.ts and bites-pgp.test.ts by servers of their own. */
const byServers = [
  'transport/is-https',
  'transport/demands-client-certificate',
  'transport/asks-for-no-client-certificate',
];
/** Says only that nothing could be said. */
const neverFails = ['sealing/payloads-are-sealed'];

test('for every MUST check there is a broken server that fails it', () => {
  const proved = new Set([
    ...Object.keys({ ...plainFaults, ...sealingFaults, ...joseFaults, ...pgpFaults, ...transportFaults }),
    ...byKeys,
    ...byServers,
    ...neverFails,
  ]);
  const unproved = catalog.filter(({ id, level }) => level === 'MUST' && !proved.has(id));
  assert.deepEqual(
    unproved.map(({ id }) => id),
    [],
  );
});
