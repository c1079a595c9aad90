import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../../ports/clock.ts';
import {
  createFramer,
  type Pdu,
  type PduFields,
  readHeader,
  readPdu,
  statusOf,
  writePdu,
} from './smpp-pdu.ts';

export interface SmppAddress {
  readonly host: string;
  readonly port: number;
  /** `undefined`: clear TCP. `ca`: who may have issued the certificate, PEM; absent: the public authorities. */
  readonly tls?: { readonly ca?: string } | undefined;
}

/** The other side doesn't read what it is answered. */
const UNREAD_BYTES_MAX = 1_048_576;

/** How long the other side may take to let go of a connection that is done with. */
const LET_GO_MS = 1000;

/**
 * One connection that speaks SMPP. The package `smpp` writes and reads the PDUs; its own session stops reading for good
 * at a length below 5, and keeps whoever waits for an answer that never comes.
 */
export class SmppLink {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #awaited = new Map<number, (answer: Pdu | undefined) => void>();
  #sequence = 0;
  #fault: string | undefined;
  /** True once it is connected, false if that fails. */
  readonly connected: Promise<boolean>;
  /** Resolves with the cause, a code or a phrase of ours, when the connection is gone. */
  readonly ended: Promise<string>;

  /** `onRequest` is given what the other side asks; it must not throw. */
  constructor(address: SmppAddress, clock: Clock, onRequest: (request: Pdu) => void) {
    const { socket, ready } = openSocket(address);
    this.#socket = socket;
    this.#clock = clock;
    socket.setNoDelay(true);
    const frame = createFramer();
    socket.on('data', (chunk: Buffer) => {
      const { units, broken } = frame(chunk);
      for (const octets of units) this.#take(octets, onRequest);
      if (broken) this.destroy('not SMPP');
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

  #take(octets: Buffer, onRequest: (request: Pdu) => void): void {
    let pdu: Pdu;
    try {
      pdu = readPdu(octets);
    } catch {
      const { sequence, isResponse } = readHeader(octets);
      if (isResponse) this.#settle(sequence, undefined);
      else if (this.open) this.#write(writePdu('generic_nack', sequence, statusOf('ESME_RINVCMDLEN'), {}));
      return;
    }
    if (pdu.isResponse) this.#settle(pdu.sequence, pdu);
    else onRequest(pdu);
  }

  #settle(sequence: number, answer: Pdu | undefined): void {
    const waiting = this.#awaited.get(sequence);
    this.#awaited.delete(sequence);
    waiting?.(answer);
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
  // Said outright: a variable of the environment would change the default.
  const socket = connectTls({
    host,
    port,
    rejectUnauthorized: true,
    ...name,
    ...(tls.ca !== undefined && { ca: tls.ca }),
  });
  return { socket, ready: 'secureConnect' };
}

/** Messages name hosts and values; codes don't. */
function codeOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : error.name;
}
