import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { proveKeys } from '../../../src/operations/keys/proof.ts';
import { Secret } from '../../../src/ports/secret.ts';
import type { KeySettings } from '../../../src/wiring/keys.ts';
import { makeKey, type TestKey } from '../../support/test-keys.ts';

/** A minute ahead, since the keys are made while this runs. */
const NOW_MS = Date.now() + 60_000;
const DAY_MS = 86_400_000;

describe('the proof of a rotation', () => {
  let old: TestKey;
  let successor: TestKey;
  before(async () => {
    [old, successor] = await Promise.all([makeKey('pgp'), makeKey('pgp')]);
  });

  const secretOf = (key: TestKey) => new Secret(key.private);

  function settings(...ours: readonly { readonly key: Secret; readonly retiresAt?: string }[]): KeySettings {
    return { profile: 'sandbox', payload: { graceMs: DAY_MS, pgp: { ours, google: [], armor: false } } };
  }

  it('[ENC-2] passes where the keys that Google knows are enough, before and after', async () => {
    const retiresAt = new Date(NOW_MS + 5 * DAY_MS).toISOString();
    await proveKeys(settings({ key: secretOf(old), retiresAt }, { key: secretOf(successor) }), 'pgp', [
      { atMs: NOW_MS, known: [secretOf(old)] },
      { atMs: NOW_MS, known: [secretOf(successor)] },
      { atMs: NOW_MS + 7 * DAY_MS, known: [secretOf(successor)] },
    ]);
  });

  it('fails where Google knows a key only that is not used any more, and says when', async () => {
    const retiresAt = new Date(NOW_MS + 5 * DAY_MS).toISOString();
    const next = settings({ key: secretOf(old), retiresAt }, { key: secretOf(successor) });
    await assert.rejects(
      proveKeys(next, 'pgp', [{ atMs: NOW_MS + 7 * DAY_MS, known: [secretOf(old)] }]),
      new RegExp(
        `a request can not be opened at ${new Date(NOW_MS + 7 * DAY_MS).toISOString()}: undecryptable`,
      ),
    );
    // Within the grace it is still opened, but not signed with.
    await assert.rejects(
      proveKeys(next, 'pgp', [{ atMs: NOW_MS + 5.5 * DAY_MS, known: [secretOf(old)] }]),
      /Google can not open an answer at .*: wrongly-signed/,
    );
  });
});
