import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface LoadOptions {
  /** Of 127.0.0.1; connections go to one after the other. At least one. */
  readonly ports: readonly number[];
  readonly connections: number;
  readonly requests: number;
  /** Over TLS, whoever the server says it is. */
  readonly tls?: boolean;
  /** Path and body of the request with that number; called in order. */
  readonly request: (number: number) => {
    readonly path: string;
    readonly body: Uint8Array;
    readonly contentType?: string;
  };
  /** Throws if the answer is not the expected one: a fast wrong answer is no result. */
  readonly expect: (status: number, body: string, number: number) => void;
}

export interface LoadResult {
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Closed loop: each connection sends its next request when the answer to the last one has come. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const take = () => (next < options.requests ? next++ : undefined);
  await Promise.all(
    Array.from({ length: options.connections }, (_, at) =>
      runConnection(options, options.ports[at % options.ports.length] ?? 0, take, latencies),
    ),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { seconds, perSecond: options.requests / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function runConnection(
  { request, expect, tls = false }: LoadOptions,
  port: number,
  take: () => number | undefined,
  latencies: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const at = { port, host: '127.0.0.1', noDelay: true };
    const socket = tls ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at);
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    let received = '';
    let number: number | undefined;
    let sentAt = 0;
    const send = () => {
      number = take();
      if (number === undefined) {
        socket.end();
        resolve();
        return;
      }
      const { path, body, contentType } = request(number);
      sentAt = performance.now();
      write(socket, path, body, contentType ?? 'application/json');
    };
    socket.setEncoding('latin1');
    socket.on(tls ? 'secureConnect' : 'connect', send);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the server closed the connection')));
    socket.on('data', (chunk: string) => {
      received += chunk;
      const answer = wholeAnswer(received);
      if (answer === undefined || number === undefined) return;
      latencies.push(performance.now() - sentAt);
      received = '';
      try {
        expect(answer.status, answer.body, number);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      send();
    });
  });
}

function write(socket: Socket, path: string, body: Uint8Array, contentType: string): void {
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${contentType}\r\ncontent-length: ${body.length}\r\n\r\n`;
  socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
}

function wholeAnswer(text: string): { readonly status: number; readonly body: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
  if (text.length < end + 4 + length) return undefined;
  return { status: Number(text.slice(9, 12)), body: text.slice(end + 4) };
}
