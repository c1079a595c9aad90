import { type KeyHolder, type KeyKind, keyTraits, type NewKey } from '../../operations/keys/files.ts';
import type { KeyEntry } from '../../operations/keys/rotate.ts';
import { DAY_MS } from '../../ports/clock.ts';
import { shown } from '../../ports/hidden-characters.ts';
import type { Secret } from '../../ports/secret.ts';

/** In groups of four, as one reads it out on the telephone. JWK thumbprints stay whole. */
export function readable(fingerprint: string): string {
  return /^[0-9a-f]{40}$/.test(fingerprint)
    ? fingerprint.toUpperCase().replace(/.{4}(?=.)/g, '$& ')
    : fingerprint;
}

/** Such as `2027-11-22, in 365 days`. */
export function dayAndDistance(ms: number, nowMs: number): string {
  const days = Math.round((ms - nowMs) / DAY_MS);
  const count = `${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'}`;
  const distance = ms < nowMs ? `${count} ago` : `in ${count}`;
  return `${dayOf(ms)}, ${distance}`;
}

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** One list of keys as it stands in a configuration file. */
export function settingLines(kind: KeyKind, holder: KeyHolder, entries: readonly string[]): string {
  const lines = ['payload:', `  ${kind}:`, `    ${holder}:`, ...entries.map((entry) => `      - ${entry}`)];
  return lines.join('\n');
}

/** An entry of such a list, all in one line. */
export function entryLine(members: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return `{${given.map(([name, value]) => `${name}: ${value}`).join(', ')}}`;
}

/** An entry of the settings: moments as they are, secrets by where they are kept. */
export function lineOf({ key, ...members }: KeyEntry): string {
  const texts = Object.entries(members).map(([name, value]) => [name, value && String(value)]);
  return entryLine({ key: String(key), ...Object.fromEntries(texts) });
}

/** What a new key is, where it lies and by what it is protected. */
export function describeNewKey(key: NewKey, passphrase: Secret | undefined, nowMs: number): string {
  const protection = passphrase ? String(passphrase) : 'none: whoever can read the private file has the key';
  const traits = keyTraits[key.kind];
  const rows = [
    ...key.fingerprints.map((fingerprint) => [traits.identifier, readable(fingerprint)]),
    ['expires', dayAndDistance(key.expiresAtMs, nowMs)],
    ...key.privateFiles.map(({ file, use }) => ['private', `${file} (to ${use})`]),
    ...(traits.passphrase ? [['passphrase', protection]] : []),
    ['public', `${key.publicFile} (for Google)`],
    ...(key.revocationFile ? [['revocation', `${key.revocationFile} (keep it somewhere else)`]] : []),
  ];
  return rows.map(([name = '', value = '']) => `  ${name.padEnd(12)} ${shown(value)}`).join('\n');
}
