import { type NewKey, removeKey } from '../../operations/keys/files.ts';
import { type ProofStage, proveKeys } from '../../operations/keys/proof.ts';
import type { KeySettings } from '../../wiring/keys.ts';
import { Failure } from '../terminal/failure.ts';

/** Proves a new key as `proveKeys` does. If that fails its files are removed, so that nobody puts it to use. */
export async function proveNewKey(
  key: Parameters<typeof removeKey>[0] & Pick<NewKey, 'kind'>,
  settings: KeySettings,
  stages: readonly ProofStage[],
): Promise<void> {
  try {
    await proveKeys(settings, key.kind, stages);
  } catch (error) {
    removeKey(key);
    throw new Failure(
      `the proof failed: ${error instanceof Error ? error.message : error}`,
      'Nothing has changed, and no file is left. See what is wrong with the keys of now: gsp-otp keys check',
    );
  }
}
