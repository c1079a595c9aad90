import type { ClosedState } from '../../../ports/otp-store.ts';
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

/** What the closed-account guard has found out, as it is kept in JSON; empty: nothing. Throws `UnavailableError` if it makes no sense. */
export function parseClosedState(text: string): ClosedState | undefined {
  if (text === '') return undefined;
  try {
    const state: Readonly<Record<string, unknown>> = JSON.parse(text);
    const counts = state['kind'] === 'withheld' ? ['sinceMs', 'seen', 'closed'] : ['untilMs'];
    const isKnown = state['kind'] === 'withheld' || state['kind'] === 'confirmed';
    if (isKnown && counts.every((name) => Number.isSafeInteger(state[name]))) return state as ClosedState;
  } catch {
    // Told below.
  }
  throw new UnavailableError(
    'the database holds a state of the closed-account guard that makes no sense: restore a backup',
  );
}

/** Fingerprints of keys, as they are kept: with a space between. Throws `UnavailableError` if they make no sense. */
export function parseRevokedKeys(text: string): readonly string[] {
  const fingerprints = text.split(' ');
  if (fingerprints.every((one) => /^[0-9a-f]{40}$/.test(one))) return fingerprints;
  throw new UnavailableError('the database holds revoked keys that make no sense: restore a backup');
}
