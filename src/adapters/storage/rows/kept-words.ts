import { UnavailableError } from '../../../ports/unavailable.ts';
import type { KeptChecks } from '../key-record.ts';

/** Checks of secrets, as they are kept in JSON. Throws `UnavailableError` if they make no sense. */
export function parseKeyChecks(text: string): KeptChecks {
  try {
    const checks = JSON.parse(text) as KeptChecks;
    if (
      typeof checks.digests === 'string' &&
      Object.values(checks.codes).every((one) => typeof one === 'string')
    ) {
      return checks;
    }
  } catch {
    // Told below.
  }
  throw new UnavailableError('the database holds key checks that make no sense: restore a backup');
}

/** How far time had come, ms, as it is kept. `null`: nobody kept it, and it is 0. Throws `UnavailableError` if it makes no sense. */
export function parseReached(text: unknown): number {
  if (text === null) return 0;
  const reachedMs = /^\d+$/.test(String(text)) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(reachedMs)) return reachedMs;
  throw new UnavailableError('the database holds a time that makes no sense: restore a backup');
}

/** Fingerprints of keys, as they are kept: with a space between. Throws `UnavailableError` if they make no sense. */
export function parseRevokedKeys(text: string): readonly string[] {
  const fingerprints = text.split(' ');
  if (fingerprints.every((one) => /^[0-9a-f]{40}$/.test(one))) return fingerprints;
  throw new UnavailableError('the database holds revoked keys that make no sense: restore a backup');
}
