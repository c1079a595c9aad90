import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OnRefused } from '../telemetry/refusal-log.ts';
import type { Connections } from './connections.ts';

/** Judges a request by its head alone. A status: that is its answer, without a body; `undefined`: nothing against it. */
export type HeadRule = (request: IncomingMessage) => number | undefined;

/** A rule that refuses what isn't `good`, and tells so. */
export function refusing(
  status: number,
  good: (request: IncomingMessage) => boolean,
  onRefused: OnRefused,
): HeadRule {
  return (request) => {
    if (good(request)) return undefined;
    onRefused(status);
    return status;
  };
}

export function firstObjection(rules: readonly HeadRule[], request: IncomingMessage): number | undefined {
  for (const rule of rules) {
    const status = rule(request);
    if (status !== undefined) return status;
  }
  return undefined;
}

/** Of refusals by the listener itself; what the world or we are to blame for counts against nobody. */
export function isTheirFault(status: number): boolean {
  return (status >= 400 && status < 500) || status === 501;
}

/**
 * Answers without the framework, which would make up half of what a refusal costs. After one that is the caller's fault
 * nothing more is read on the connection, whose next bytes may be anything.
 */
export function answerEarly(
  connections: Connections,
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
): void {
  connections.received(request);
  const theirs = isTheirFault(status);
  if (theirs) connections.callerOf(request).offend();
  const known = connections.answered(request);
  const head = theirs ? { connection: 'close' } : known;
  // Not before the parser is through with what came: it may find a fault of its own there, whose answer is the only one.
  queueMicrotask(() =>
    connections.afterRest(request, () => {
      if (request.socket.writable) response.writeHead(status, { ...head, 'content-length': 0 }).end();
    }),
  );
}
