/**
 * Many connections that send what they were given as fast as they are answered, in a process of its own. Started by
 * `overload.ts`, which sends it the bodies and, at the end, anything.
 */
import { Asker } from './answering.ts';

export interface Flood {
  readonly port: number;
  readonly connections: number;
  readonly contentType: string;
  readonly bodies: readonly Uint8Array[];
}

process.once('message', ({ port, connections, contentType, bodies }: Flood) => {
  const counts = new Map<number, number>();
  let next = 0;
  const run = async (asker: Asker) => {
    for (;;) {
      next += 1;
      const { status } = await asker.ask('/v1/echo', bodies[next % bodies.length] ?? new Uint8Array(0));
      counts.set(status, (counts.get(status) ?? 0) + 1);
      // The answers of many come in one turn; each must not wait for all others.
      if (status === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  for (let at = 0; at < connections; at += 1) run(new Asker(port, contentType));
  process.once('message', () => {
    process.send?.(Object.fromEntries(counts));
    process.disconnect();
    process.exit(0);
  });
});
