import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Places } from '../methods/places.ts';
import type { ReceiptCall, ReceiptReader } from '../ports/delivery-receipt.ts';
import type { CallTaken, Receipts } from '../receipts/take.ts';
import type { OnRefused } from '../telemetry/refusal-log.ts';

export interface ReceiptRoutes {
  /** Each gateway has the route of its name below it. */
  readonly path: string;
  /** What gateways put before `path`. */
  readonly publicUrl: string;
  readonly readers: ReadonlyMap<string, ReceiptReader>;
  readonly receipts: Pick<Receipts, 'takeCall' | 'report'>;
  /** Calls at work at once, half of them on connections on which no gateway ever proved to call. */
  readonly concurrentMax: number;
  readonly onRefused: OnRefused;
}

/** A gateway repeats what is not answered with a success, for a day perhaps. */
const STATUSES: Readonly<Record<CallTaken, number>> = {
  taken: 200,
  unauthenticated: 403,
  unreadable: 400,
  unavailable: 503,
  bug: 500,
};

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
      const caller = server.connections.callerOf(request.raw);
      const leave = places.enter(caller.proved);
      if (!leave) {
        routes.receipts.report({ gateway, outcome: 'busy' });
        return reply.code(503).send();
      }
      try {
        const call = callOf(request, routes.publicUrl);
        const taken = await routes.receipts.takeCall(gateway, reader, call, () => caller.prove());
        if (taken === 'unauthenticated' || taken === 'unreadable') caller.offend();
        return reply.code(STATUSES[taken]).send();
      } finally {
        leave();
      }
    };
    server.route({ method: ['GET', 'POST'], url, config: { judges: true }, handler });
    const others = server.supportedMethods.filter((verb) => verb !== 'GET' && verb !== 'POST');
    server.route({ method: others, url, handler: onlyGetAndPost });
  }
}

function callOf(request: FastifyRequest, publicUrl: string): ReceiptCall {
  return {
    method: request.method,
    url: `${publicUrl}${request.raw.url ?? ''}`,
    headers: headersOf(request),
    body: request.body instanceof Uint8Array ? request.body : EMPTY_BODY,
  };
}

function headersOf({ headers }: FastifyRequest): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
