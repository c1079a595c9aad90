import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Places } from '../methods/places.ts';
import type { Caller } from '../ports/caller.ts';
import type { ReceiptReader, ReceiptSink } from '../ports/delivery-receipt.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { ReceiptReport } from '../receipts/report.ts';
import type { OnRefused } from '../telemetry/refusal-log.ts';

export interface ReceiptRoutes {
  /** Each gateway has the route of its name below it. */
  readonly path: string;
  /** What gateways put before `path`. */
  readonly publicUrl: string;
  readonly readers: ReadonlyMap<string, ReceiptReader>;
  /** Takes what is proved, and tells of it by itself. */
  readonly sink: ReceiptSink;
  /** Is told of calls without a receipt, and of those that could not be read. */
  readonly report: (report: ReceiptReport) => void;
  /** Calls at work at once, half of them on connections on which no gateway ever proved to call. */
  readonly concurrentMax: number;
  readonly onRefused: OnRefused;
}

const EMPTY_BODY = new Uint8Array(0);

/** What gateways call. Anyone can: what no gateway proves to have made changes nothing and is told nothing. */
export function addReceiptRoutes(server: FastifyInstance, routes: ReceiptRoutes): void {
  const places = new Places(routes.concurrentMax);
  const onlyGetAndPost = async (_request: FastifyRequest, reply: FastifyReply) => {
    routes.onRefused(405);
    return reply.code(405).header('allow', 'GET, POST').send();
  };
  for (const [gateway, reader] of routes.readers) {
    const url = `${routes.path}/${gateway}`;
    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const report = (outcome: ReceiptReport['outcome'], cause?: Error) =>
        routes.report({ gateway, outcome, cause });
      const caller = server.connections.callerOf(request.raw);
      const leave = places.enter(caller.proved);
      if (!leave) {
        report('busy');
        return reply.code(503).send();
      }
      try {
        return reply.code(await take(request, reader, routes, caller, report)).send();
      } catch (error) {
        const cause = error instanceof Error ? error : new Error('thrown');
        const unavailable = error instanceof UnavailableError;
        report(unavailable ? 'unavailable' : 'bug', cause);
        return reply.code(unavailable ? 503 : 500).send();
      } finally {
        leave();
      }
    };
    server.route({ method: ['GET', 'POST'], url, config: { judges: true }, handler });
    const others = server.supportedMethods.filter((verb) => verb !== 'GET' && verb !== 'POST');
    server.route({ method: others, url, handler: onlyGetAndPost });
  }
}

/** The status to answer. A gateway repeats what is not answered with a success, for a day perhaps. */
async function take(
  request: FastifyRequest,
  reader: ReceiptReader,
  { publicUrl, sink }: ReceiptRoutes,
  caller: Caller,
  report: (outcome: ReceiptReport['outcome']) => void,
): Promise<number> {
  const reading = await reader({
    method: request.method,
    url: `${publicUrl}${request.raw.url ?? ''}`,
    headers: headersOf(request),
    body: request.body instanceof Uint8Array ? request.body : EMPTY_BODY,
  });
  if (reading.kind !== 'receipts') {
    caller.offend();
    report(reading.kind);
    return reading.kind === 'unauthenticated' ? 403 : 400;
  }
  caller.prove();
  if (reading.receipts.length === 0) report('not-final');
  const takings = await Promise.allSettled(reading.receipts.map((receipt) => sink(receipt)));
  const failed = takings.find((taking) => taking.status === 'rejected');
  if (failed === undefined) return 200;
  return failed.reason instanceof UnavailableError ? 503 : 500;
}

function headersOf({ headers }: FastifyRequest): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
