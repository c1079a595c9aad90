import type { ConfigSources } from '../../config/layers.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';

/** Base URL of the methods of the server that a configuration describes, on this machine. Throws `ConfigError`. */
export function ownMethodsUrl(sources: ConfigSources): string {
  const { http } = readSomeSettings(sources, ['http']);
  const scheme = http.tls === undefined ? 'http' : 'https';
  return `${scheme}://${authorityOf(http)}${http.basePaths[0] ?? ''}`;
}

/** URL of the operator routes of the server that a configuration describes, on this machine. Throws `ConfigError`. */
export function ownOperatorUrl(sources: ConfigSources): string {
  return `http://${authorityOf(readSomeSettings(sources, ['operator']).operator)}`;
}

/** A listener on all addresses is called by the loopback one. */
function authorityOf({ host, port }: { readonly host: string; readonly port: number }): string {
  if (host === '0.0.0.0') return `127.0.0.1:${port}`;
  if (host === '::') return `[::1]:${port}`;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
