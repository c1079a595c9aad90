import type { IncomingMessage } from 'node:http';

/** RFC 9112 3.2: a name or an address, and a port perhaps; no user, no path, no list. Empty says nothing at all. */
const HOST =
  /^(?:\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9._~-]+)?\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+)(?::[0-9]{0,5})?$/;

/** No comma outside of quotes, which would be a list, as of two fields that a proxy joined; and every quote is closed. */
const ONE = /^(?:[^",]|"(?:[^"\\]|\\.)*")*$/;

/**
 * Whether the head of a request can be read in one way only, as RFC 9110 and 9112 have it: one `Host` (which HTTP/1.0
 * may leave out), at most one `Content-Type`, no coding of the content, none of the transfer but `chunked`, which
 * HTTP/1.0 does not know. Two servers that read it differently are how requests are smuggled. [OQ-63]
 * What is no HTTP at all never comes this far: Node's parser refuses it.
 */
export function isUnambiguous({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  const hosts = valuesOf(rawHeaders, 'host');
  const [host] = hosts;
  const types = valuesOf(rawHeaders, 'content-type');
  const contentCodings = valuesOf(rawHeaders, 'content-encoding');
  const transferCodings = valuesOf(rawHeaders, 'transfer-encoding');
  const isOlder = httpVersion === '1.0';
  return (
    (isOlder || httpVersion === '1.1') &&
    (host === undefined ? isOlder : hosts.length === 1 && HOST.test(host)) &&
    types.length <= 1 &&
    types.every((type) => ONE.test(type)) &&
    contentCodings.every((coding) => coding === '' || coding.toLowerCase() === 'identity') &&
    (transferCodings.length === 0 ||
      (!isOlder && transferCodings.length === 1 && transferCodings[0]?.toLowerCase() === 'chunked'))
  );
}

function valuesOf(rawHeaders: readonly string[], wanted: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === wanted);
}
