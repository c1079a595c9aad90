import type { Config } from '../../settings/load.ts';

/** Lets go of the passphrases of keys that are unlocked and in force. Those of gateways are needed for each connection. */
export function forgetPassphrases({ http, payload }: Pick<Config, 'http' | 'payload'>): void {
  const protectedKeys = [...(http.tls?.certificates ?? []), ...(payload.pgp?.ours ?? [])];
  for (const { passphrase } of protectedKeys) passphrase?.forget();
}
