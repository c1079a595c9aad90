import type { UnreachedHost } from '../../ports/sms-gateway.ts';
import { faultOf } from './exchange.ts';
import { type Link, ProxyFault } from './link.ts';

/** Connects to each host of those URLs, which may be request templates, and lets go. Yields those that it can't connect to. */
export async function unreachedOf(
  urls: readonly (string | undefined)[],
  link: Link,
  signal: AbortSignal,
): Promise<readonly UnreachedHost[]> {
  // A request template may have the host itself from a secret; then a text tells.
  const parsed = urls.flatMap((url) => (url === undefined ? [] : (URL.parse(url) ?? [])));
  const hosts = new Map(parsed.map(({ origin, hostname }) => [origin, hostname.replace(/^\[|\]$/g, '')]));
  const tried = Array.from(hosts, ([origin, host]) =>
    link.probe(origin, signal).then(
      () => [],
      (error: unknown) => [
        {
          host,
          fault: signal.aborted && !(error instanceof ProxyFault) ? 'no connection in time' : faultOf(error),
        },
      ],
    ),
  );
  return (await Promise.all(tried)).flat();
}
