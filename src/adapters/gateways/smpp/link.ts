import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../../../ports/clock.ts';
import type { Secret } from '../../../ports/secret.ts';
import { createFramer, type PduFields, statusOf, writePdu } from './pdu.ts';
import { type Pdu, readPdu } from './read.ts';

export interface SmppAddress {
  readonly host: string;
  readonly port: number;
  /** `undefined`: clear TCP. `ca`: who may have issued the certificate, PEM; absent: the public authorities. */
  readonly tls?: SmppTls | undefined;
}

export interface SmppTls {
  readonly ca?: string | undefined;
  /** What we prove ourselves with to a gateway that asks for it, PEM. */
  readonly client?:
    | { readonly certificate: string; readonly key: Secret; readonly passphrase?: Secret | undefined }
    | undefined;
}

/** The other side doesn't read what it is answered. */
const UNREAD_BYTES_MAX = 1_048_576;

/** So many PDUs are worked off before everything else has its turn. */
const TURN_PDUS = 64;

/** What nobody needs so much of within a second: requests other than deliveries, and answers to nothing. */
const ASKED_MAX = 1000;
const ASKED_WITHIN_MS = 1000;

/** How long the other side may take to let go of a connection that is done with. */
const LET_GO_MS = 1000;

/**
 * One connection that speaks SMPP. The package `smpp` writes the PDUs; its own session stops reading for good at a length
 * below 5, and keeps whoever waits for an answer that never comes. However much the other side sends at once, it is worked
 * off in turns, and meanwhile nothing more is read.
 */
export class SmppLink {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #awaited = new Map<number, (answer: Pdu | undefined) => void>();
  readonly #onRequest: (request: Pdu) => void;
  #sequence = 0;
  #fault: string | undefined;
  /** What was read and has not had its turn. */
  #backlog: Buffer[] = [];
  #isWorking = false;
  #isHeld = false;
  #isGarbled = false;
  #asked = { sinceMs: 0, count: 0 };
  /** True once it is connected, false if that fails. */
  readonly connected: Promise<boolean>;
  /** Resolves with the cause, a code or a phrase of ours, when the connection is gone. */
  readonly ended: Promise<string>;

  /** `onRequest` is given what the other side asks; it must not throw. */
  constructor(address: SmppAddress, clock: Clock, onRequest: (request: Pdu) => void) {
    const { socket, ready } = openSocket(address);
    this.#socket = socket;
    this.#clock = clock;
    this.#onRequest = onRequest;
    socket.setNoDelay(true);
    const frame = createFramer();
    socket.on('data', (chunk: Buffer) => {
      const { units, broken } = frame(chunk);
      for (const octets of units) this.#backlog.push(octets);
      this.#isGarbled ||= broken;
      this.#work();
    });
    socket.on('end', () => this.#stop('closed by the gateway'));
    socket.on('error', (error) => this.#stop(codeOf(error)));
    this.connected = new Promise((resolve) => {
      socket.once(ready, () => resolve(true));
      socket.once('close', () => resolve(false));
    });
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#stop('closed');
        resolve(this.#fault ?? '');
      });
    });
  }

  /** Whether something can still be written. */
  get open(): boolean {
    return this.#fault === undefined;
  }

  /**
   * Writes a request. Resolves with its answer; `undefined`: none will come, or none came in time. Throws if the
   * fields can't be written, and then nothing was.
   */
  request(command: string, fields: PduFields, answerMs: number): Promise<Pdu | undefined> {
    const sequence = this.#sequence >= 0x7fffffff ? 1 : this.#sequence + 1;
    const octets = writePdu(command, sequence, 0, fields);
    this.#sequence = sequence;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(answerMs, () => this.#settle(sequence, undefined));
      this.#awaited.set(sequence, (answer) => {
        cancel();
        resolve(answer);
      });
      if (this.open) this.#write(octets);
      else this.#settle(sequence, undefined);
    });
  }

  respond(request: Pdu, statusName: string): void {
    const known = statusName !== 'ESME_RINVCMDID';
    const command = known ? `${request.command}_resp` : 'generic_nack';
    if (this.open) this.#write(writePdu(command, request.sequence, statusOf(statusName), {}));
  }

  /** Writes what is left to write, and closes. */
  end(fault: string): void {
    this.#stop(fault);
    this.#socket.end();
    const cancel = this.#clock.after(LET_GO_MS, () => this.#socket.destroy());
    this.#socket.once('close', cancel);
  }

  destroy(fault: string): void {
    this.#stop(fault);
    this.#socket.destroy();
  }

  /** Reads nothing more until `release`. */
  hold(): void {
    this.#isHeld = true;
    this.#socket.pause();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#work();
  }

  /** Works off one turn of what was read, and sees to it that the next one follows. */
  #work(): void {
    if (this.#isWorking || this.#isHeld) return;
    this.#socket.cork();
    const turn = this.#backlog.splice(0, TURN_PDUS);
    while (turn.length > 0 && !this.#isHeld && this.open) this.#take(turn.shift() ?? Buffer.alloc(0));
    this.#backlog.unshift(...turn);
    this.#socket.uncork();
    if (!this.open) return;
    if (this.#backlog.length > 0) {
      this.#socket.pause();
      if (this.#isHeld) return;
      this.#isWorking = true;
      setImmediate(() => {
        this.#isWorking = false;
        this.#work();
      });
    } else if (this.#isGarbled) this.destroy('not SMPP');
    else if (!this.#isHeld) this.#socket.resume();
  }

  #take(octets: Buffer): void {
    const pdu = readPdu(octets);
    if (pdu.isResponse) {
      // What can't be read of an answer nobody needs: the status decides.
      if (!this.#settle(pdu.sequence, pdu)) this.#noteAsked();
      return;
    }
    if (pdu.command !== 'deliver_sm' && pdu.command !== 'data_sm') this.#noteAsked();
    if (!this.open) return;
    if (pdu.isBroken) this.#write(writePdu('generic_nack', pdu.sequence, statusOf('ESME_RINVCMDLEN'), {}));
    else this.#onRequest(pdu);
  }

  #noteAsked(): void {
    const nowMs = this.#clock.steadyMs();
    if (nowMs - this.#asked.sinceMs >= ASKED_WITHIN_MS) this.#asked = { sinceMs: nowMs, count: 0 };
    this.#asked.count += 1;
    if (this.#asked.count > ASKED_MAX) this.destroy('the gateway asks too much');
  }

  /** False: nobody waits for it. */
  #settle(sequence: number, answer: Pdu | undefined): boolean {
    const waiting = this.#awaited.get(sequence);
    this.#awaited.delete(sequence);
    waiting?.(answer);
    return waiting !== undefined;
  }

  #write(octets: Buffer): void {
    this.#socket.write(octets);
    if (this.#socket.writableLength > UNREAD_BYTES_MAX) this.destroy('the gateway does not read');
  }

  /** Nothing more is written, and nobody waits for an answer any longer. */
  #stop(fault: string): void {
    this.#fault ??= fault;
    for (const sequence of [...this.#awaited.keys()]) this.#settle(sequence, undefined);
  }
}

function openSocket({ host, port, tls }: SmppAddress): { readonly socket: Socket; readonly ready: string } {
  if (tls === undefined) return { socket: connect({ host, port }), ready: 'connect' };
  const name = isIP(host) === 0 ? { servername: host } : {};
  const { ca, client } = tls;
  const socket = connectTls({
    host,
    port,
    ...name,
    // Said outright: a variable of the environment would have the password shown to anybody.
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(client !== undefined && {
      cert: client.certificate,
      key: client.key.reveal(),
      ...(client.passphrase && { passphrase: client.passphrase.reveal() }),
    }),
  });
  return { socket, ready: 'secureConnect' };
}

/** Messages name hosts and values; codes don't. */
function codeOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : error.name;
}
