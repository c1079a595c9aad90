import { type Answer, Asker, requestOf } from '../answering.ts';

export interface OpenLoop {
  readonly port: number;
  readonly contentType: string;
  readonly connections: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** As many as may be answered with 200, and one a connection. */
  readonly bodies: readonly Uint8Array[];
  readonly budgetMs: number;
}

/**
 * A request each so many ms, whether or not the ones before were answered; what was refused is sent again later. `unsent` are
 * those that were due while every connection waited. All that costs the generator more than sending is done before.
 */
export async function openLoop(options: OpenLoop): Promise<{ answers: readonly Answer[]; unsent: number }> {
  const { port, contentType, connections, seconds, perSecond, budgetMs } = options;
  const requests: Uint8Array[] = options.bodies.map((body) => requestOf('/v1/echo', contentType, body));
  const idle = Array.from({ length: connections }, () => new Asker(port, contentType));
  const askers = [...idle];
  const answers: Answer[] = [];
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1000;
  let sent = 0;
  let unsent = 0;
  const send = (asker: Asker, request: Uint8Array) => {
    sent += 1;
    asker.send(request, (answer) => {
      if (performance.now() < endAt) answers.push(answer);
      if (answer.status !== 200) requests.push(request);
      idle.push(asker);
    });
  };
  for (let nowMs = startedAt; nowMs < endAt; nowMs = performance.now()) {
    for (const due = ((nowMs - startedAt) * perSecond) / 1000; sent + unsent < due; ) {
      const asker = idle.pop();
      const request = asker && requests.pop();
      if (asker && request) {
        send(asker, request);
        continue;
      }
      if (asker) idle.push(asker);
      unsent += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, WAKE_MS));
  }
  const lateAt = endAt + budgetMs;
  while (idle.length < askers.length && performance.now() < lateAt) {
    await new Promise((resolve) => setTimeout(resolve, WAKE_MS));
  }
  for (const asker of askers) asker.close();
  return { answers, unsent };
}

/** Often enough for an even pace, and no oftener. */
const WAKE_MS = 4;
