import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/** TLS versions as they are written on the wire. Newer ones negotiate in another way. */
export const versions = {
  'SSL 3.0': 0x0300,
  'TLS 1.0': 0x0301,
  'TLS 1.1': 0x0302,
  'TLS 1.2': 0x0303,
} as const;
export type TlsVersion = keyof typeof versions;

/** What a server did with an offer. */
export type HelloAnswer =
  | { readonly kind: 'accepted'; readonly suite: number; readonly certificateRequested: boolean }
  /** An alert, a closed connection, or an older version than was offered. */
  | { readonly kind: 'refused'; readonly how: string }
  /** No answer at all: nothing can be said. */
  | { readonly kind: 'unreachable'; readonly how: string };

export interface HelloOffer {
  readonly host: string;
  readonly port: number;
  readonly version: TlsVersion;
  /** Cipher suite numbers, in the order of preference. */
  readonly suites: readonly number[];
  readonly timeoutMs: number;
}

const handshakeType = { serverHello: 2, certificateRequest: 13, serverHelloDone: 14 } as const;

/**
 * Offers a version and suites as a client would, and reads the first flight of the server. Written by hand, since
 * no library still offers what must be refused. Nothing is encrypted, and the connection is closed at once.
 */
export function sayHello(offer: HelloOffer): Promise<HelloAnswer> {
  const { promise, resolve } = Promise.withResolvers<HelloAnswer>();
  const socket = connect(offer.port, offer.host);
  let received = Buffer.alloc(0);
  const end = (answer: HelloAnswer) => {
    clearTimeout(timer);
    socket.destroy();
    resolve(answer);
  };
  const timer = setTimeout(
    () => end({ kind: 'unreachable', how: `nothing within ${offer.timeoutMs} ms` }),
    offer.timeoutMs,
  );
  let connected = false;
  socket.on('connect', () => {
    connected = true;
    socket.write(clientHello(offer));
  });
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    const answer = readFlight(received, offer.version);
    if (answer !== undefined) end(answer);
  });
  const closed = (how: string) => end({ kind: connected ? 'refused' : 'unreachable', how });
  socket.on('error', (cause: NodeJS.ErrnoException) => closed(cause.code ?? cause.message));
  socket.on('end', () => closed('closed'));
  return promise;
}

function clientHello({ host, version, suites }: HelloOffer): Buffer {
  const number = uint16(versions[version]);
  const isName = !/^[\d.]+$|:/.test(host);
  const extensions = Buffer.concat([
    ...(isName
      ? [extension(0, vector16(Buffer.concat([Buffer.from([0]), vector16(Buffer.from(host))])))]
      : []),
    // Groups, point formats and signatures that every server since 2008 knows.
    extension(10, vector16(Buffer.concat([uint16(0x001d), uint16(0x0017), uint16(0x0018)]))),
    extension(11, Buffer.from([1, 0])),
    ...(versions[version] >= versions['TLS 1.2']
      ? [
          extension(
            13,
            vector16(Buffer.concat([0x0403, 0x0804, 0x0401, 0x0501, 0x0601, 0x0201, 0x0203].map(uint16))),
          ),
        ]
      : []),
  ]);
  const body = Buffer.concat([
    number,
    randomBytes(32),
    Buffer.from([0]),
    vector16(Buffer.concat(suites.map(uint16))),
    Buffer.from([1, 0]),
    ...(version === 'SSL 3.0' ? [] : [vector16(extensions)]),
  ]);
  const handshake = Buffer.concat([Buffer.from([1, 0]), uint16(body.byteLength), body]);
  return Buffer.concat([Buffer.from([22, 3, version === 'SSL 3.0' ? 0 : 1]), vector16(handshake)]);
}

/** `undefined`: more must come. */
function readFlight(bytes: Buffer, version: TlsVersion): HelloAnswer | undefined {
  let handshake = Buffer.alloc(0);
  for (let at = 0; at + 5 <= bytes.byteLength; ) {
    const type = bytes.readUInt8(at);
    const length = bytes.readUInt16BE(at + 3);
    if (at + 5 + length > bytes.byteLength) break;
    const fragment = bytes.subarray(at + 5, at + 5 + length);
    if (type === 21) return { kind: 'refused', how: `alert ${fragment.at(1)}` };
    if (type !== 22) return { kind: 'refused', how: 'no TLS' };
    handshake = Buffer.concat([handshake, fragment]);
    at += 5 + length;
  }
  return readHandshake(handshake, versions[version]);
}

function readHandshake(bytes: Buffer, offered: number): HelloAnswer | undefined {
  let suite: number | undefined;
  let certificateRequested = false;
  for (let at = 0; at + 4 <= bytes.byteLength; ) {
    const length = bytes.readUIntBE(at + 1, 3);
    if (at + 4 + length > bytes.byteLength) return undefined;
    const body = bytes.subarray(at + 4, at + 4 + length);
    const type = bytes.readUInt8(at);
    if (type === handshakeType.serverHello) {
      const chosen = body.readUInt16BE(0);
      if (chosen !== offered) return { kind: 'refused', how: `answered version ${chosen.toString(16)}` };
      suite = body.readUInt16BE(35 + body.readUInt8(34));
    }
    if (type === handshakeType.certificateRequest) certificateRequested = true;
    if (type === handshakeType.serverHelloDone && suite !== undefined) {
      return { kind: 'accepted', suite, certificateRequested };
    }
    at += 4 + length;
  }
  return undefined;
}

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([uint16(type), vector16(body)]);
}

function vector16(body: Buffer): Buffer {
  return Buffer.concat([uint16(body.byteLength), body]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
