import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { type HelloAnswer, ServerFlight } from './server-flight.ts';

/** TLS versions as they are written on the wire. Newer ones negotiate in another way. */
export const versions = {
  'SSL 3.0': 0x0300,
  'TLS 1.0': 0x0301,
  'TLS 1.1': 0x0302,
  'TLS 1.2': 0x0303,
} as const;
export type TlsVersion = keyof typeof versions;

export interface HelloOffer {
  readonly host: string;
  readonly port: number;
  readonly version: TlsVersion;
  /** Cipher suite numbers, in the order of preference. */
  readonly suites: readonly number[];
  readonly timeoutMs: number;
}

/**
 * Offers a version and suites as a client would, and reads the first flight of the server. Written by hand, since
 * no library still offers what must be refused. Nothing is encrypted, and the connection is closed at once.
 */
export function sayHello(offer: HelloOffer): Promise<HelloAnswer> {
  const { promise, resolve } = Promise.withResolvers<HelloAnswer>();
  const socket = connect(offer.port, offer.host);
  const flight = new ServerFlight(versions[offer.version]);
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
    const answer = flight.push(chunk);
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

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([uint16(type), vector16(body)]);
}

function vector16(body: Buffer): Buffer {
  return Buffer.concat([uint16(body.byteLength), body]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
