import http from 'node:http';
import https from 'node:https';

/** One HTTP request, as bytes. */
export interface HttpRequest {
  readonly verb: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** What came back. Times are the examiner's wall clock. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly durationMs: number;
}

/** No whole answer came: refused, reset, timed out. The message names the fault. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** A connection that had been used before was reset before anything came back. */
  readonly staleConnection: boolean;
  /** Nothing listens at that address. */
  readonly refused: boolean;

  constructor(message: string, { staleConnection = false, refused = false } = {}) {
    super(message);
    this.staleConnection = staleConnection;
    this.refused = refused;
  }
}

export interface HttpClientOptions {
  /** How long a whole answer may take. */
  readonly timeoutMs: number;
  /** PEM. `undefined`: the roots that come with Node. */
  readonly ca: string | undefined;
  /** PEM: presented when the endpoint asks for a client certificate. */
  readonly clientCertificate: { readonly certificate: string; readonly privateKey: string } | undefined;
}

/** An answer longer than this is none that these methods give. */
const answerBytesMax = 4 * 1024 * 1024;

/**
 * Sends requests over kept connections. The endpoint's certificate is not judged here: a check of its own does
 * that, and a bad certificate must not hide everything else.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #httpAgent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  readonly #httpsAgent: https.Agent;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#httpsAgent = this.#agent(options.clientCertificate);
  }

  /** Throws `NoAnswer`. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const agent = request.url.protocol === 'https:' ? this.#httpsAgent : this.#httpAgent;
    try {
      return await this.#exchange(request, agent);
    } catch (cause) {
      // A server may close a connection that it kept just as the next request is on its way: nobody's fault.
      if (cause instanceof NoAnswer && cause.staleConnection) return this.#exchange(request, agent);
      throw cause;
    }
  }

  /** The same without a client certificate, over a connection of its own. */
  async sendAnonymously(request: HttpRequest): Promise<HttpResponse> {
    const agent = this.#agent(undefined);
    try {
      return await this.#exchange(request, agent);
    } finally {
      agent.destroy();
    }
  }

  close(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }

  #agent(client: HttpClientOptions['clientCertificate']): https.Agent {
    return new https.Agent({
      keepAlive: true,
      maxSockets: 64,
      rejectUnauthorized: false,
      ...(this.#options.ca === undefined ? {} : { ca: this.#options.ca }),
      ...(client === undefined ? {} : { cert: client.certificate, key: client.privateKey }),
    });
  }

  #exchange(request: HttpRequest, agent: http.Agent): Promise<HttpResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const sentAtMs = Date.now();
    const startedMs = performance.now();
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    const library = request.url.protocol === 'https:' ? https : http;
    const outgoing = library.request(
      request.url,
      {
        method: request.verb,
        agent,
        signal,
        headers: {
          ...request.headers,
          ...(request.body === undefined ? {} : { 'content-length': request.body.byteLength }),
        },
      },
      (incoming) => {
        readBody(incoming).then((body) => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: flatten(incoming.headers),
            body,
            sentAtMs,
            receivedAtMs: Date.now(),
            durationMs: performance.now() - startedMs,
          });
        }, fail);
      },
    );
    const fail = (cause: Error & { code?: string }) => {
      const told = signal.aborted
        ? `nothing within ${this.#options.timeoutMs} ms`
        : (cause.code ?? cause.message);
      const staleConnection = outgoing.reusedSocket && cause.code === 'ECONNRESET';
      const refused = cause.code === 'ECONNREFUSED';
      const message = `no whole answer to ${request.verb} ${request.url.pathname}: ${told}`;
      reject(new NoAnswer(message, { staleConnection, refused }));
    };
    outgoing.on('error', fail);
    outgoing.end(request.body);
    return promise;
  }
}

async function readBody(incoming: http.IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax) throw new Error(`an answer of more than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function flatten(headers: http.IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
