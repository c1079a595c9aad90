import { isIP } from 'node:net';

/**
 * Whether a `Host` says an address, `localhost` or one of the names, which are in lower case; with a port or without. Behind
 * another name may be a web page that makes it resolve to this machine, and calls from an operator's browser.
 */
export function isKnownHost(host: string, names: readonly string[]): boolean {
  const name = host.replace(/:[0-9]*$/, '').toLowerCase();
  return name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0 || names.includes(name);
}
