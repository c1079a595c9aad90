import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

type Direction = 'there' | 'back';

/** A network to a port of 127.0.0.1 that may be slow, fall silent or be cut. */
export class TcpProxy {
  /** So much longer is each piece of bytes on its way, there and back. */
  delayMs = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What holds the bytes of a direction back. */
  readonly #silences = new Map<Direction, PromiseWithResolvers<void>>();

  static async to(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(port: number) {
    this.#server = createServer((client) => {
      const server = connect(port, '127.0.0.1');
      void this.#pass('there', client, server);
      void this.#pass('back', server, client);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Passes no more bytes in these directions, of connections that are open or come; none is closed. */
  fallSilent(...directions: readonly Direction[]): void {
    for (const direction of directions) {
      if (!this.#silences.has(direction)) this.#silences.set(direction, Promise.withResolvers());
    }
  }

  /** Passes all bytes again, first those that were held back. */
  speak(): void {
    for (const { resolve } of this.#silences.values()) resolve();
    this.#silences.clear();
  }

  /** Resets every connection. New ones are passed on. */
  cut(): void {
    for (const socket of this.#sockets) {
      // Where a shutdown is on its way, a reset fails and leaves a handle that Node.js waits for at its end, for ever.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  /** Resets every connection, and accepts none any more. */
  close(): void {
    this.#server.close();
    this.cut();
  }

  async #pass(direction: Direction, from: Socket, to: Socket): Promise<void> {
    this.#sockets.add(from);
    try {
      for await (const piece of from) {
        if (this.delayMs > 0) await delay(this.delayMs);
        await this.#silences.get(direction)?.promise;
        if (!to.write(piece)) await once(to, 'drain');
      }
      to.end();
    } catch {
      to.destroy();
    } finally {
      this.#sockets.delete(from);
    }
  }
}
