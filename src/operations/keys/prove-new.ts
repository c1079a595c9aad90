import { removeAtExit } from '../../adapters/sqlite/remove-at-exit.ts';
import type { KeySettings } from '../../wiring/keys.ts';
import { type NewKey, removeKey } from './files.ts';
import { type ProofStage, proveKeys } from './proof.ts';

/** A new key did not pass its proof. Nothing has changed, and no file of it is left. */
export class ProofFailed extends Error {
  override readonly name = 'ProofFailed';
}

/**
 * Proves a new key as `proveKeys` does. If that fails, or the process exits before, its files are removed, so that nobody
 * puts it to use.
 */
export async function proveNewKey(
  key: NewKey,
  settings: KeySettings,
  stages: readonly ProofStage[],
): Promise<void> {
  const keep = removeAtExit(() => removeKey(key));
  try {
    await proveKeys(settings, key.kind, stages);
  } catch (error) {
    removeKey(key);
    throw new ProofFailed(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    keep();
  }
}
