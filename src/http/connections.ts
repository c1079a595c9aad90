import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

interface Connection {
  /** Requests that are not answered yet. */
  running: number;
  /** The TLS handshake is not over. */
  handshaking: boolean;
  /** It was let in under terms that hold no more. */
  outdated: boolean;
}

/** The open connections of a listener, and on which of them there is work. */
export class Connections {
  readonly #open = new Map<Socket, Connection>();
  /** Sockets in their handshake, by the peer's address: Node doesn't tell which one a TLS socket stands on. */
  readonly #handshaking = new Map<string, Socket>();

  constructor(server: Server | HttpsServer, { tls }: { readonly tls: boolean }) {
    server.on('connection', (socket: Socket) => {
      this.#add(socket, tls);
      if (!tls) return;
      const peer = peerOf(socket);
      this.#handshaking.set(peer, socket);
      socket.once('close', () => this.#handshaking.delete(peer));
    });
    if (tls) {
      server.on('secureConnection', (socket: Socket) => {
        const below = this.#handshaking.get(peerOf(socket));
        if (below) this.#open.delete(below);
        this.#add(socket, false);
      });
    }
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      const connection = this.#open.get(socket);
      if (!connection) return;
      connection.running += 1;
      response.once('close', () => {
        connection.running -= 1;
      });
    });
  }

  #add(socket: Socket, handshaking: boolean): void {
    this.#open.set(socket, { running: 0, handshaking, outdated: false });
    socket.once('close', () => this.#open.delete(socket));
  }

  /** Ends those on which nothing was ever sent. */
  endUnused(): void {
    this.#end(({ handshaking }, { bytesRead }) => handshaking || bytesRead === 0);
  }

  /** Ends those without a request that is being answered. */
  endIdle(): void {
    this.#end(({ running }) => running === 0);
  }

  /** From now on all that are open are outdated, and end: at once, or with the answer under way. */
  outdate(): void {
    for (const connection of this.#open.values()) connection.outdated = true;
    this.endIdle();
  }

  isOutdated(socket: Socket): boolean {
    return this.#open.get(socket)?.outdated ?? false;
  }

  #end(isMeant: (connection: Connection, socket: Socket) => boolean): void {
    for (const [socket, connection] of this.#open) if (isMeant(connection, socket)) socket.destroy();
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
