import { connect, type Socket } from 'node:net';

export interface Answer {
  /** 0: the connection ended instead. */
  readonly status: number;
  readonly hasBody: boolean;
  readonly ms: number;
}

/** One keep-alive connection that asks for one thing at a time, and connects anew when it was ended. */
export class Asker {
  readonly #port: number;
  readonly #contentType: string;
  #socket: Socket | undefined;
  #received = '';
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
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#sentAt = performance.now();
      this.#socket ??= this.#connect();
      const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${this.#contentType}\r\ncontent-length: ${body.length}\r\n\r\n`;
      this.#socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    });
  }

  close(): void {
    this.#answer = undefined;
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    this.#received = '';
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.#received.slice(0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (this.#received.length < end + 4 + length) return;
      this.#received = '';
      if (/connection: close/i.test(head)) this.#drop(socket);
      this.#settle({ status: Number(head.slice(9, 12)), hasBody: length > 0, ms: this.#elapsedMs() });
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#settle({ status: 0, hasBody: false, ms: this.#elapsedMs() });
    });
    return socket;
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
