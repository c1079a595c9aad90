/** What a server did with an offer. */
export type HelloAnswer =
  | { readonly kind: 'accepted'; readonly suite: number; readonly certificateRequested: boolean }
  /** An alert, a closed connection, or an older version than was offered. */
  | { readonly kind: 'refused'; readonly how: string }
  /** No answer at all: nothing can be said. */
  | { readonly kind: 'unreachable'; readonly how: string };

const recordType = { alert: 21, handshake: 22 } as const;
const handshakeType = { serverHello: 2, certificateRequest: 13, serverHelloDone: 14 } as const;

/** The longest first flights are those with long chains of certificates: a few kB. */
const handshakeBytesMax = 64 * 1024;
/** Records of one octet and empty ones have six and five octets each. */
const wireBytesMax = 8 * handshakeBytesMax;

/**
 * Reads the first flight of a server as it comes, in any pieces. Each octet is looked at once, and no more is kept than
 * 64 KiB of handshake: what is longer, or no TLS at all, is an answer too. Never throws.
 */
export class ServerFlight {
  readonly #offered: number;
  readonly #handshake = Buffer.alloc(handshakeBytesMax);
  #filled = 0;
  /** Where the next handshake message begins. */
  #read = 0;
  #wireBytes = 0;
  readonly #head = Buffer.alloc(5);
  #headFilled = 0;
  /** Octets of the running record that are still to come. */
  #missing = 0;
  /** The last octet of an alert says which. */
  #alert: number | undefined;
  #suite: number | undefined;
  #certificateRequested = false;

  /** `offered`: the version in the ClientHello, as on the wire. */
  constructor(offered: number) {
    this.#offered = offered;
  }

  /** `undefined`: more must come. */
  push(chunk: Uint8Array): HelloAnswer | undefined {
    this.#wireBytes += chunk.length;
    if (this.#wireBytes > wireBytesMax) return endless;
    for (let at = 0; at < chunk.length; ) {
      if (this.#headFilled < 5) {
        this.#head[this.#headFilled] = chunk[at] ?? 0;
        this.#headFilled += 1;
        at += 1;
        if (this.#head[0] !== recordType.alert && this.#head[0] !== recordType.handshake) return noTls;
        if (this.#headFilled === 5) this.#missing = this.#head.readUInt16BE(3);
      } else {
        const part = chunk.subarray(at, at + this.#missing);
        at += part.length;
        this.#missing -= part.length;
        const answer = this.#take(part);
        if (answer !== undefined) return answer;
      }
      if (this.#headFilled === 5 && this.#missing === 0) {
        const answer = this.#endRecord();
        if (answer !== undefined) return answer;
      }
    }
    return undefined;
  }

  #take(part: Uint8Array): HelloAnswer | undefined {
    if (this.#head[0] === recordType.alert) {
      this.#alert = part.at(-1);
      return undefined;
    }
    if (this.#filled + part.length > handshakeBytesMax) return endless;
    this.#handshake.set(part, this.#filled);
    this.#filled += part.length;
    return undefined;
  }

  #endRecord(): HelloAnswer | undefined {
    this.#headFilled = 0;
    if (this.#head[0] === recordType.alert) return { kind: 'refused', how: `alert ${this.#alert}` };
    return this.#readMessages();
  }

  #readMessages(): HelloAnswer | undefined {
    while (this.#read + 4 <= this.#filled) {
      const start = this.#read + 4;
      const end = start + this.#handshake.readUIntBE(this.#read + 1, 3);
      if (end - this.#read > handshakeBytesMax) return endless;
      if (end > this.#filled) return undefined;
      const type = this.#handshake[this.#read];
      this.#read = end;
      if (type === handshakeType.serverHello) {
        const refused = this.#readServerHello(this.#handshake.subarray(start, end));
        if (refused !== undefined) return refused;
      }
      if (type === handshakeType.certificateRequest) this.#certificateRequested = true;
      if (type === handshakeType.serverHelloDone && this.#suite !== undefined) {
        return { kind: 'accepted', suite: this.#suite, certificateRequested: this.#certificateRequested };
      }
    }
    return undefined;
  }

  #readServerHello(body: Buffer): HelloAnswer | undefined {
    if (body.length < 2) return noTls;
    const chosen = body.readUInt16BE(0);
    if (chosen !== this.#offered) return { kind: 'refused', how: `answered version ${chosen.toString(16)}` };
    // Version, random, session id, suite.
    const suiteAt = 35 + (body[34] ?? 0);
    if (suiteAt + 2 > body.length) return noTls;
    this.#suite = body.readUInt16BE(suiteAt);
    return undefined;
  }
}

const noTls: HelloAnswer = { kind: 'refused', how: 'no TLS' };
const endless: HelloAnswer = {
  kind: 'unreachable',
  how: `a first flight of more than ${handshakeBytesMax} bytes`,
};
