import { createHash } from 'node:crypto';
import { ConfigError } from '../config/faults.ts';
import { inPlaceOf, placeOf } from '../config/places.ts';
import type { Config } from '../settings/load.ts';

/**
 * What a running server takes from a new configuration: keys, certificates, and whom it lets in, callers of the internal API among them. Settings that mean
 * something only together are taken together or not at all; what is not taken is as it was. Throws `ConfigError` for a
 * configuration of the other profile, whose secrets and keys were read by other rules.
 */
export function takeReloaded(running: Config, next: Config): Config {
  if (running.profile !== next.profile) {
    const reason = `is ${next.profile}, and the server runs as ${running.profile}`;
    const accepted = `${running.profile}; or a new start`;
    throw new ConfigError([{ ...placeOf(next, 'profile'), reason, accepted }]);
  }
  return {
    ...running,
    http: { ...running.http, ...takeTls(running.http, next.http) },
    ...(running.internal && { internal: takeInternal(running.internal, next.internal) }),
    payload: takeKeys(running.payload, next.payload),
  };
}

type Internal = NonNullable<Config['internal']>;

/** Whether callers must prove who they are is settled at the start: it goes with the address that is listened on. */
function takeInternal(running: Internal, next: Internal = running): Internal {
  const isSame = (running.callers.length === 0) === (next.callers.length === 0);
  const callers = isSame ? next.callers : running.callers;
  return inPlaceOf(running, { ...running, ...takeTls(running, next), callers });
}

/** Whether certificates are demanded is settled when the listener is made, and with it who issues them. */
function takeTls(
  { tls: running }: Pick<Config['http'], 'tls'>,
  { tls: next }: Pick<Config['http'], 'tls'>,
): Pick<Config['http'], 'tls'> {
  if (!running || !next) return running ? { tls: running } : {};
  const { certificates, clientCertificates } = next;
  const isSame = running.clientCertificates === clientCertificates;
  const tls = { ...(isSame ? next : running), certificates, tls13: running.tls13 };
  return { tls: inPlaceOf(next, tls) };
}

/**
 * Which kinds of bodies are opened and how is settled at the start; JOSE keys are read by how. The grace goes with the keys:
 * those that stay, being of a kind that the next configuration lacks or opens otherwise, aren't read again and keep the grace
 * that they were put in force with.
 */
function takeKeys(running: Config['payload'], next: Config['payload']): Config['payload'] {
  const { graceMs } = next;
  const { pgp, jwe, ...others } = running;
  return {
    ...others,
    graceMs,
    ...(pgp && {
      pgp: next.pgp ? inPlaceOf(next.pgp, { ...pgp, ours: next.pgp.ours, google: next.pgp.google }) : pgp,
    }),
    ...(jwe && { jwe: next.jwe && isSame(withoutKeys(jwe), withoutKeys(next.jwe)) ? next.jwe : jwe }),
  };
}

function withoutKeys({ ours: _, google: __, ...terms }: NonNullable<Config['payload']['jwe']>): object {
  return terms;
}

/**
 * Paths of the settings of a new configuration that are not in force. A secret counts as the same as long as it is
 * kept at the same place.
 */
export function settingsThatWait(inForce: Config, next: Config): readonly string[] {
  return differences({ ...inForce, warnings: [] }, { ...next, warnings: [] }, '');
}

/** Tells configurations apart in a log: some digits that follow from all settings, and from where secrets are kept. */
export function digestOf(config: Config): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12);
}

function differences(before: unknown, after: unknown, path: string): readonly string[] {
  if (isSame(before, after)) return [];
  if (!isGroup(before) || !isGroup(after)) return [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
    differences(before[name], after[name], path === '' ? name : `${path}.${name}`),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('reveal' in value);
}
