import type { Logger } from 'pino';
import { type KeyKind, keyKinds } from '../codecs/keys/key-kind.ts';
import type { ServerTls } from '../http/tls.ts';
import { DAY_MS } from '../ports/clock.ts';
import type { KeyRings } from './keys.ts';

/** What runs out one day, as it is in force now. */
export interface Expiring {
  readonly rings: KeyRings;
  /** Of every listener that has it. */
  readonly tls: readonly ServerTls[];
}

/** A certificate, or a revocation list, in the last sixth of its life should have been renewed. */
const LAST_PART = 1 / 6;

/** Keys that expire within 60, 30 or 7 days, and certificates that should have been renewed by now. */
export function expiryWarnings({ rings, tls }: Expiring, nowMs: number): readonly string[] {
  const keys = Object.entries(rings).flatMap(([kind, ring]) =>
    (ring?.warnings(nowMs) ?? []).map(
      ({ purpose, keyId, expiresAtMs }) =>
        `${kind} key ${keyId} to ${purpose} ${ending(expiresAtMs, nowMs)}: gsp-otp keys rotate --help`,
    ),
  );
  const others = endingOf(tls)
    .filter(({ validFromMs, expiresAtMs }) => expiresAtMs - nowMs < (expiresAtMs - validFromMs) * LAST_PART)
    .map(({ name, expiresAtMs }) => `${name} ${ending(expiresAtMs, nowMs)}`);
  return [...keys, ...others];
}

/** Certificates, and the lists of those that clients may not use any more. */
function endingOf(tls: readonly ServerTls[]) {
  const certificates = tls
    .flatMap((one) => one.certificates)
    .map(({ name, leaf, expiresAtMs }) => {
      return {
        purpose: 'certificate',
        source: name,
        name: `certificate ${name}`,
        validFromMs: leaf.validFromDate.getTime(),
        expiresAtMs,
      };
    });
  const lists = tls
    .flatMap(({ clients }) => clients?.revocationLists ?? [])
    .flatMap(({ name, validFromMs, expiresAtMs }) =>
      expiresAtMs === undefined
        ? []
        : [
            {
              purpose: 'revocation-list',
              source: name,
              name: `revocation list ${name}`,
              validFromMs,
              expiresAtMs,
            },
          ],
    );
  return [...certificates, ...lists];
}

/** One key or certificate, and the days until it may not be used any more; below 0, since then. */
export interface TimeLeft {
  readonly kind: KeyKind | 'tls';
  readonly purpose: string;
  readonly name: string;
  readonly days: number;
}

/** What has an end, which for a key is where it expires or is taken out of use. */
export function timesLeft({ rings, tls }: Expiring, nowMs: number): readonly TimeLeft[] {
  const days = (endMs: number) => (endMs - nowMs) / DAY_MS;
  const keys = keyKinds.flatMap((kind) =>
    (rings[kind]?.keys ?? []).flatMap(({ purpose, keyId: name, expiresAtMs, retiresAtMs }) => {
      const endMs = Math.min(
        expiresAtMs ?? Number.POSITIVE_INFINITY,
        retiresAtMs ?? Number.POSITIVE_INFINITY,
      );
      return endMs === Number.POSITIVE_INFINITY ? [] : [{ kind, purpose, name, days: days(endMs) }];
    }),
  );
  const others = endingOf(tls).map(({ purpose, source, expiresAtMs }) => {
    return { kind: 'tls' as const, purpose, name: source, days: days(expiresAtMs) };
  });
  return [...keys, ...others];
}

/** Throws if messages can't be opened or sealed, or no client connects, because something has expired or retired. */
export function checkNothingExpired({ rings, tls }: Expiring, nowMs: number): void {
  for (const [kind, ring] of Object.entries(rings)) {
    for (const purpose of new Set(ring?.keys.map((key) => key.purpose))) {
      if (ring?.usable(purpose, nowMs).length === 0)
        throw new Error(`no ${kind} key to ${purpose} with is active`);
    }
  }
  const expired = endingOf(tls).find(({ expiresAtMs }) => expiresAtMs <= nowMs);
  if (expired) throw new Error(`${expired.name} ${ending(expired.expiresAtMs, nowMs)}`);
}

/** Writes the warnings to the log now and once a day. The function returned ends that. */
export function logExpiry(warnings: () => readonly string[], log: Logger): () => void {
  const write = () => {
    for (const warning of warnings()) log.warn({ warning }, 'expiry');
  };
  write();
  const timer = setInterval(write, DAY_MS).unref();
  return () => clearInterval(timer);
}

function ending(expiresAtMs: number, nowMs: number): string {
  const day = new Date(expiresAtMs).toISOString().slice(0, 10);
  const days = Math.round((expiresAtMs - nowMs) / DAY_MS);
  if (expiresAtMs < nowMs) return `expired on ${day}`;
  return `expires on ${day}, in ${days} ${days === 1 ? 'day' : 'days'}`;
}
