import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { Refusal, type Reply } from './call.ts';
import { answer, errorReply } from './integrator.ts';
import { type Account, Memory, type Rules, rightRules } from './rules.ts';

export interface RawRequest {
  readonly verb: string;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How bodies are opened and sealed. `open` throws a `Refusal`. */
export interface Seal {
  readonly mediaType: string;
  readonly contentType: string;
  open(body: Buffer): Promise<Uint8Array>;
  seal(payload: Uint8Array, reply: Reply): Promise<Uint8Array>;
}

const plainSeal: Seal = {
  mediaType: 'application/json',
  contentType: 'application/json; charset=utf-8',
  open: async (body) => body,
  seal: async (payload) => payload,
};

/** Steps outside the messages that a fault may replace. */
export interface EdgeRules {
  /** An answer without looking at the body, or nothing. */
  admit(request: RawRequest, mediaType: string): RawReply | undefined;
  /** Runs the work on a request, beside that on others. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  bodyBytesMax: number;
  bodyMsMax: number;
  seal: Seal;
  /** The last look at what is written. */
  write(reply: RawReply, request: RawRequest): Promise<RawReply>;
}

export type Fault = Partial<{
  [Name in keyof (Rules & EdgeRules)]: (right: (Rules & EdgeRules)[Name]) => (Rules & EdgeRules)[Name];
}>;

const paths = { '/v1/sendOtp': 'sendOtp', '/v1/verifyOtp': 'verifyOtp', '/v1/echo': 'echo' } as const;

const empty = (status: number, headers: Record<string, string> = {}): RawReply => ({
  status,
  headers,
  body: new Uint8Array(),
});

function methodAt(path: string) {
  return Object.entries(paths).find(([known]) => known === path)?.[1];
}

const rightEdge: Omit<EdgeRules, 'seal'> = {
  admit: ({ verb, path, headers }, mediaType) => {
    if (methodAt(path) === undefined) return empty(404);
    if (verb !== 'POST') return empty(405, { allow: 'POST' });
    const given = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    return given === mediaType ? undefined : empty(400);
  },
  inTurn: (work) => work(),
  bodyBytesMax: 64 * 1024,
  bodyMsMax: 1_500,
  write: async (reply) => reply,
};

export interface ReferenceOptions {
  readonly accounts: readonly Omit<Account, 'wrongCodes'>[];
  readonly seal?: Seal;
  readonly fault?: Fault | undefined;
  /** Served over TLS with these. */
  readonly tls?: https.ServerOptions;
  /** Default: any free one. */
  readonly port?: number;
}

export interface ReferenceServer {
  readonly url: string;
  readonly inboxUrl: string;
  readonly port: number;
  /** How many texts it sent. */
  textCount(): number;
  close(): Promise<void>;
}

/** An integrator in memory: right, but for the fault it is given. */
export async function startReferenceServer(options: ReferenceOptions): Promise<ReferenceServer> {
  const rules = broken({ ...rightRules, ...rightEdge, seal: options.seal ?? plainSeal }, options.fault ?? {});
  const memory = new Memory(options.accounts);
  const listener: http.RequestListener = (request, response) => {
    const work = () => respond(rules, memory, request);
    rules.inTurn(work).then(
      (reply) => response.writeHead(reply.status, { ...reply.headers }).end(reply.body),
      () => request.destroy(),
    );
  };
  const server =
    options.tls === undefined ? http.createServer(listener) : https.createServer(options.tls, listener);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `${options.tls === undefined ? 'http' : 'https'}://localhost:${port}`;
  return {
    url,
    port,
    inboxUrl: `${url}/inbox`,
    textCount: () => memory.texts.length,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function broken(rules: Rules & EdgeRules, fault: Fault): Rules & EdgeRules {
  const merged: Rules & EdgeRules = { ...rules };
  for (const name of Object.keys(fault) as (keyof Fault)[]) breakOne(merged, fault, name);
  return merged;
}

function breakOne<Name extends keyof Fault>(rules: Rules & EdgeRules, fault: Fault, name: Name): void {
  const change = fault[name];
  if (change !== undefined) rules[name] = change(rules[name]);
}

async function respond(
  rules: Rules & EdgeRules,
  memory: Memory,
  incoming: http.IncomingMessage,
): Promise<RawReply> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  if (url.pathname === '/inbox/behaviour') return behave(memory, incoming);
  if (url.pathname === '/inbox') return inbox(memory, url.searchParams.get('to'));
  const head = {
    verb: incoming.method ?? '',
    path: url.pathname,
    query: url.search,
    headers: incoming.headers,
  };
  const early = rules.admit({ ...head, body: Buffer.alloc(0) }, rules.seal.mediaType);
  const body = await readBody(incoming, rules);
  const request = { ...head, body: body ?? Buffer.alloc(0) };
  if (early !== undefined) return rules.write(early, request);
  if (body === undefined) return rules.write({ ...empty(400), headers: { connection: 'close' } }, request);
  const reply = await reached(rules, memory, request);
  const sealed =
    reply.message === undefined
      ? new Uint8Array()
      : await rules.seal.seal(Buffer.from(JSON.stringify(reply.message)), reply);
  return rules.write(
    { status: reply.status, headers: { 'content-type': rules.seal.contentType }, body: sealed },
    request,
  );
}

async function reached(rules: Rules & EdgeRules, memory: Memory, request: RawRequest): Promise<Reply> {
  const method = methodAt(request.path) ?? 'echo';
  try {
    return await answer(rules, memory, method, await rules.seal.open(request.body));
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    const call = {
      method,
      payload: request.body,
      text: '',
      message: {},
      header: {},
      version: {},
      arrivedAtMs: Date.now(),
    };
    return rules.finish(errorReply(cause), call);
  }
}

/** `undefined`: it was too long. Throws if it was too slow. */
async function readBody(incoming: http.IncomingMessage, rules: EdgeRules): Promise<Buffer | undefined> {
  const timer = setTimeout(() => incoming.destroy(new Error('too slow')), rules.bodyMsMax);
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes <= rules.bodyBytesMax) chunks.push(chunk);
    }
    return bytes > rules.bodyBytesMax ? undefined : Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}

async function behave(memory: Memory, incoming: http.IncomingMessage): Promise<RawReply> {
  const wanted: unknown = JSON.parse(Buffer.concat(await incoming.toArray()).toString());
  memory.outage = JSON.stringify(wanted) === '{"behaviour":"refuse"}';
  return empty(200);
}

function inbox(memory: Memory, to: string | null): RawReply {
  const texts = memory.texts.filter((text) => text.to === to);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ texts })),
  };
}
