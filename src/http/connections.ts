import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { LeakyBucket } from '../methods/leaky-bucket.ts';
import type { Clock } from '../ports/clock.ts';
import type { OnEnded } from '../telemetry/ended-log.ts';
import { hasDescriptor } from './descriptors.ts';
import { parseInPieces } from './parse-in-pieces.ts';
import { Standing } from './standing.ts';

interface Connection {
  readonly socket: Socket;
  readonly standing: Standing;
  /** A whole request came on it. */
  asked: boolean;
  /** Requests that are not answered yet. */
  running: number;
  /** Of these, those that came whole. */
  atWork: number;
  /** The TLS handshake is not over. */
  handshaking: boolean;
  /** It was let in under terms that hold no more. */
  outdated: boolean;
  /** Its last answer is under way. */
  ending: boolean;
}

export interface ConnectionRules {
  readonly tls: boolean;
  /** At once, ≥ 1. */
  readonly connectionsMax: number;
  /** Silence between two requests; on a connection on which nothing valid came, half of it. */
  readonly keepAliveTimeoutMs: number;
  readonly clock: Clock;
  readonly onEnded: OnEnded;
}

/** Requests at once on a connection on which nothing valid came yet. Google waits for an answer before it asks again. */
const PIPELINED_MAX = 16;
/** Of the idle connections on which nothing valid came, so many give way where the process can open no more files. */
const GIVING_WAY_SHARE = 1 / 8;
const DESCRIPTORS_CHECK_MS = 1000;
/**
 * Refusals at full speed to those who proved nothing: so many at once, then one each so many ms over all connections.
 * Beyond that each waits for its turn, at most so long, which costs nobody else anything. Whoever asks from a few
 * connections waits a few ms; what a flood sends is bounded by how many connections it has.
 */
const QUICK_REFUSALS_MAX = 200;
const REFUSAL_TURN_MS = 4;
const REST_MS_MAX = 1000;
/** Those whose turns are close go out together. */
const REST_STEP_MS = 10;
/** For reading the last answer. */
const UNREAD_MS = 5000;

const CLOSE = { connection: 'close' };
const NOTHING = {};

/**
 * The open connections of a listener, what each has shown so far, and on which of them there is work. When places run
 * out, one that proved nothing gives way to the next one that comes. [OQ-61, OQ-62]
 */
export class Connections {
  readonly #rules: ConnectionRules;
  readonly #open = new Map<Socket, Connection>();
  /** Sockets in their handshake, the oldest first, by the peer's address: Node doesn't tell which one a TLS socket stands on. */
  readonly #handshaking = new Map<string, Socket>();
  /**
   * Those that proved nothing and have no request at work, the one that has been so for longest first: on which no whole
   * request ever came, and the others.
   */
  readonly #silent = new Set<Connection>();
  readonly #asked = new Set<Connection>();
  readonly #refusals: LeakyBucket;
  readonly #keptForLess: Readonly<Record<string, string>>;
  #closing = false;
  readonly #requests = new WeakMap<IncomingMessage, { readonly connection: Connection; whole: boolean }>();

  constructor(server: Server | HttpsServer, rules: ConnectionRules) {
    this.#rules = rules;
    const keptForSeconds = Math.floor(rules.keepAliveTimeoutMs / 2 / 1000);
    this.#keptForLess = { 'keep-alive': `timeout=${keptForSeconds}` };
    const refusalsMax = QUICK_REFUSALS_MAX + REST_MS_MAX / REFUSAL_TURN_MS;
    this.#refusals = new LeakyBucket(rules.clock, REFUSAL_TURN_MS, refusalsMax);
    const unproved = (socket: Socket) => !this.#open.get(socket)?.standing.everProved;
    server.on('connection', (socket: Socket) => {
      if (!rules.tls) parseInPieces(socket, unproved);
      const connection = this.#add(socket, rules.tls);
      if (rules.tls) this.#expectHandshake(socket);
      this.#makeRoom(connection);
    });
    if (rules.tls) {
      server.on('secureConnection', (socket: Socket) => {
        const below = this.#handshaking.get(peerOf(socket));
        if (below) this.#forget(below);
        this.#handshaking.delete(peerOf(socket));
        parseInPieces(socket, unproved);
        this.#add(socket, false);
      });
      server.on('tlsClientError', ({ code }: NodeJS.ErrnoException, socket: Socket) => {
        // One that only looked whether somebody listens began no handshake.
        if (code !== 'ECONNRESET' || socket.bytesRead > 0) rules.onEnded('handshake-failed', code);
      });
    }
    const watch = setInterval(() => this.#checkDescriptors(), DESCRIPTORS_CHECK_MS).unref();
    server.once('close', () => clearInterval(watch));
  }

  /** What the connection has shown that a request came on. */
  callerOf({ socket }: IncomingMessage): Standing {
    return this.#open.get(socket)?.standing ?? new Standing(this.#rules.clock);
  }

  /** Takes note of a request. `false`: it is not to be looked at, and its connection is ending. */
  enter(request: IncomingMessage, response: ServerResponse): boolean {
    const connection = this.#open.get(request.socket);
    if (!connection || connection.ending) return false;
    if (!connection.standing.everProved && connection.running >= PIPELINED_MAX) {
      this.#end(connection, 'pipelined');
      return false;
    }
    connection.running += 1;
    this.#requests.set(request, { connection, whole: false });
    response.once('finish', () => this.#shortenIdleness(connection));
    response.once('close', () => this.#leave(request));
    return true;
  }

  /** A request has come whole: its connection doesn't give way until it is answered. */
  received(request: IncomingMessage): void {
    const noted = this.#requests.get(request);
    if (!noted || noted.whole) return;
    noted.whole = true;
    noted.connection.standing.ask();
    noted.connection.atWork += 1;
    noted.connection.asked = true;
    this.#keep(noted.connection);
  }

  /** The answer to a request is known, whether or not anybody reads it. Yields what belongs into its head. */
  answered(request: IncomingMessage): Readonly<Record<string, string>> {
    this.#leave(request);
    const connection = this.#open.get(request.socket);
    if (!connection) return CLOSE;
    const { standing, outdated } = connection;
    if (standing.spent && !connection.ending) this.#endSoon(connection);
    if (this.#closing || outdated || connection.ending) return CLOSE;
    return standing.everProved ? NOTHING : this.#keptForLess;
  }

  /** Calls back when a refusal may go out: at once, unless it is one in a flood. */
  afterRest(request: IncomingMessage, then: () => void): void {
    const standing = this.#open.get(request.socket)?.standing;
    const restMs = standing?.everProved === false ? this.#turnMs() : 0;
    if (restMs > 0) this.#rules.clock.after(restMs, then);
    else then();
  }

  /** From now on each answer is the last one of its connection. */
  close(): void {
    this.#closing = true;
  }

  /** Ends those on which nothing was ever sent. */
  endUnused(): void {
    this.#endThose(({ handshaking, socket }) => handshaking || socket.bytesRead === 0);
  }

  /** Ends those without a request that is being answered or has begun to come. */
  endIdle(): void {
    this.#endThose(({ running }) => running === 0);
  }

  /** Ends those without a request that came whole and is being answered. */
  endIncomplete(): void {
    this.#endThose(({ atWork }) => atWork === 0);
  }

  /** From now on all that are open are outdated, and end: at once, or with the answer under way. */
  outdate(): void {
    for (const connection of this.#open.values()) connection.outdated = true;
    this.endIdle();
  }

  /** How long the next refusal waits. */
  #turnMs(): number {
    this.#refusals.add(1);
    const turns = this.#refusals.level - QUICK_REFUSALS_MAX;
    return REST_STEP_MS * Math.ceil((turns * REFUSAL_TURN_MS) / REST_STEP_MS);
  }

  #leave(request: IncomingMessage): void {
    const noted = this.#requests.get(request);
    if (!noted) return;
    this.#requests.delete(request);
    noted.connection.running -= 1;
    if (!noted.whole) return;
    noted.connection.atWork -= 1;
    this.#settle(noted.connection);
  }

  #add(socket: Socket, handshaking: boolean): Connection {
    const standing = new Standing(this.#rules.clock);
    const connection = {
      socket,
      standing,
      asked: false,
      running: 0,
      atWork: 0,
      handshaking,
      outdated: false,
      ending: false,
    };
    this.#open.set(socket, connection);
    this.#settle(connection);
    socket.once('close', () => this.#forget(socket));
    return connection;
  }

  #expectHandshake(socket: Socket): void {
    const peer = peerOf(socket);
    this.#handshaking.set(peer, socket);
    socket.once('close', () => this.#handshaking.delete(peer));
  }

  #forget(socket: Socket): void {
    const connection = this.#open.get(socket);
    this.#open.delete(socket);
    if (connection) this.#keep(connection);
  }

  #keep(connection: Connection): void {
    this.#silent.delete(connection);
    this.#asked.delete(connection);
  }

  /** Whether it may have to give way from now on. */
  #settle(connection: Connection): void {
    this.#keep(connection);
    const { socket, asked, atWork, handshaking, standing } = connection;
    if (atWork > 0 || handshaking || standing.everProved || !this.#open.has(socket)) return;
    (asked ? this.#asked : this.#silent).add(connection);
  }

  /** Of which one gives way: whatever there is more of, so that crowds of the one kind keep nobody of the other out. */
  get #yielding(): ReadonlySet<Connection> {
    return this.#silent.size > this.#asked.size ? this.#silent : this.#asked;
  }

  /** Node has set the time-out of the others when the answer was out. */
  #shortenIdleness({ socket, running, standing }: Connection): void {
    if (running === 0 && !standing.everProved) socket.setTimeout(this.#rules.keepAliveTimeoutMs / 2);
  }

  #makeRoom(newcomer: Connection): void {
    const { connectionsMax } = this.#rules;
    const [oldest] = this.#handshaking.values();
    if (oldest && this.#handshaking.size > Math.ceil(connectionsMax / 2)) {
      this.#end(this.#open.get(oldest), 'handshake-gave-way');
    }
    if (this.#open.size <= connectionsMax) return;
    const [yielding] = this.#yielding;
    if (yielding && yielding !== newcomer) this.#end(yielding, 'gave-way');
    else if (oldest && oldest !== newcomer.socket) this.#end(this.#open.get(oldest), 'handshake-gave-way');
    else this.#end(newcomer, 'no-place');
  }

  #checkDescriptors(): void {
    if (hasDescriptor()) return;
    this.#rules.onEnded('no-descriptors');
    const count = Math.ceil(this.#yielding.size * GIVING_WAY_SHARE);
    for (const connection of [...this.#yielding].slice(0, count)) this.#end(connection, 'gave-way');
  }

  /** With the answer under way, whether or not somebody reads it. */
  #endSoon(connection: Connection): void {
    connection.ending = true;
    this.#rules.onEnded('refusals');
    this.#rules.clock.after(UNREAD_MS, () => connection.socket.destroy());
  }

  /** At once, and its place is free at once. */
  #end(connection: Connection | undefined, reason: Parameters<OnEnded>[0]): void {
    if (!connection) return;
    const { socket } = connection;
    this.#rules.onEnded(reason);
    this.#forget(socket);
    if (this.#handshaking.get(peerOf(socket)) === socket) this.#handshaking.delete(peerOf(socket));
    socket.destroy();
  }

  #endThose(isMeant: (connection: Connection) => boolean): void {
    for (const connection of this.#open.values()) if (isMeant(connection)) connection.socket.destroy();
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
