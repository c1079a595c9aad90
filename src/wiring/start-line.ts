import { keyKinds } from '../codecs/keys/key-kind.ts';
import type { Config } from '../settings/load.ts';
import { digestOf } from './reload.ts';
import { packageVersion } from './version.ts';

/** What an operator wants to know of a log that he finds: what ran, as what, and with which data. */
export function describeStart(config: Config): object {
  const { profile, dataDirectory, payload, sms } = config;
  const configuration = digestOf(config);
  const bodies = ([...keyKinds, 'plain'] as const).filter((kind) => payload[kind]);
  const versions = { version: packageVersion, node: process.version };
  return {
    ...versions,
    pid: process.pid,
    profile,
    dataDirectory,
    bodies,
    texts: sms.gateway.kind,
    configuration,
  };
}
