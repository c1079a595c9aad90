import type { Config } from '../../settings/load.ts';

/** Lets go of the passphrases of keys that are unlocked and in force. Those of gateways are needed for each connection. */
export function forgetPassphrases({
  http,
  internal,
  payload,
}: Pick<Config, 'http' | 'internal' | 'payload'>): void {
  const certificates = [http, internal].flatMap((listener) => listener?.tls?.certificates ?? []);
  const protectedKeys = [...certificates, ...(payload.pgp?.ours ?? [])];
  for (const { passphrase } of protectedKeys) passphrase?.forget();
}
