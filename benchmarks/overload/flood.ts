/**
 * Many connections that send what they were given as fast as they are answered, in a process of its own. Started by
 * `overload.ts`, which sends it the bodies and, at the end, anything.
 */
import { type Answer, Asker, requestOf } from '../answering.ts';

export interface Flood {
  readonly port: number;
  readonly connections: number;
  readonly contentType: string;
  readonly bodies: readonly Uint8Array[];
}

process.once('message', ({ port, connections, contentType, bodies }: Flood) => {
  const counts = new Map<number, number>();
  const requests = bodies.map((body) => requestOf('/v1/echo', contentType, body));
  let next = 0;
  const send = (asker: Asker) => {
    next += 1;
    asker.send(requests[next % requests.length] ?? new Uint8Array(0), ({ status }: Answer) => {
      counts.set(status, (counts.get(status) ?? 0) + 1);
      // The answers of many come in one turn; each must not wait for all others.
      if (status === 0) setTimeout(send, 10, asker);
      else send(asker);
    });
  };
  for (let at = 0; at < connections; at += 1) send(new Asker(port, contentType));
  process.once('message', () => {
    process.send?.(Object.fromEntries(counts));
    process.disconnect();
    process.exit(0);
  });
});
