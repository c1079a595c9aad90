import { connect, type Socket } from 'node:net';

export interface Answer {
  /** 0: the connection ended instead. */
  readonly status: number;
  readonly hasBody: boolean;
  readonly ms: number;
}

/** All connections read into it: what is read is done with before the next one is. */
const buffer = Buffer.alloc(65_536);

export function requestOf(path: string, contentType: string, body: Uint8Array): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${contentType}\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** One keep-alive connection that asks for one thing at a time, and connects anew when it was ended. */
export class Asker {
  readonly #port: number;
  readonly #contentType: string;
  #socket: Socket | undefined;
  /** Of an answer that came in pieces. */
  #received: Buffer | undefined;
  #answer: ((answer: Answer) => void) | undefined;
  #sentAt = 0;

  constructor(port: number, contentType: string) {
    this.#port = port;
    this.#contentType = contentType;
  }

  get isIdle(): boolean {
    return this.#answer === undefined;
  }

  ask(path: string, body: Uint8Array): Promise<Answer> {
    return new Promise((resolve) => this.send(requestOf(path, this.#contentType, body), resolve));
  }

  /** The same with bytes that were made before, for loads whose generator must cost little. */
  send(request: Uint8Array, then: (answer: Answer) => void): void {
    this.#answer = then;
    this.#sentAt = performance.now();
    this.#socket ??= this.#connect();
    this.#socket.write(request);
  }

  close(): void {
    this.#answer = undefined;
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect(): Socket {
    const onread = {
      buffer,
      callback: (count: number) => {
        this.#read(socket, buffer.subarray(0, count));
        return true;
      },
    };
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true, onread });
    this.#received = undefined;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#settle({ status: 0, hasBody: false, ms: this.#elapsedMs() });
    });
    return socket;
  }

  #read(socket: Socket, chunk: Buffer): void {
    const received = this.#received ? Buffer.concat([this.#received, chunk]) : chunk;
    const end = received.indexOf('\r\n\r\n');
    const head = received.toString('latin1', 0, Math.max(end, 0));
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (end < 0 || received.length < end + 4 + length) {
      this.#received = Buffer.from(received);
      return;
    }
    this.#received = undefined;
    if (/connection: close/i.test(head)) this.#drop(socket);
    this.#settle({ status: Number(head.slice(9, 12)), hasBody: length > 0, ms: this.#elapsedMs() });
  }

  #drop(socket: Socket): void {
    if (this.#socket === socket) this.#socket = undefined;
    socket.destroy();
  }

  #elapsedMs(): number {
    return performance.now() - this.#sentAt;
  }

  #settle(answer: Answer): void {
    const resolve = this.#answer;
    this.#answer = undefined;
    resolve?.(answer);
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
