import { createSystemClock } from '../adapters/system/system-clock.ts';
import { createServer, openListener } from '../http/server.ts';
import type { Clock } from '../ports/clock.ts';
import type { Settings } from '../settings/settings.ts';
import { composeTls } from './tls.ts';

/** A listener that does TLS and nothing else. */
export interface BareListener {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Opens one on this machine with the TLS of the settings, to see what it negotiates. Throws as `composeTls` does. */
export async function openBareListener(
  http: Settings['http'],
  clock: Pick<Clock, 'nowMs'>,
): Promise<BareListener> {
  const watch = { clock: createSystemClock(), onRefused: () => undefined, onEnded: () => undefined };
  const server = createServer(
    { ...http, headersTimeoutMs: http.requestTimeoutMs },
    watch,
    composeTls(http, clock),
  );
  const { hostname, port } = new URL(await openListener(server, { host: '127.0.0.1', port: 0 }));
  return { host: hostname, port: Number(port), close: async () => void (await server.close()) };
}
