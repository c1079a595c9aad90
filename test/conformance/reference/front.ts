import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What a front makes of the first bytes of a connection: an answer of its own, or nothing. */
export type FrontFault = (first: Buffer) => Buffer | undefined;

/** Stands before a TLS server and answers in its place where Node's TLS would never be so wrong. */
export async function startFront(port: number, fault: FrontFault) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', (first) => {
      const answer = fault(first);
      if (answer !== undefined) {
        socket.end(answer);
        return;
      }
      const behind = connect(port, '127.0.0.1');
      behind.on('error', () => socket.destroy());
      behind.write(first);
      socket.pipe(behind).pipe(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface Hello {
  readonly version: number;
  readonly suites: readonly number[];
}

/** The version and the suites of a ClientHello. `undefined`: it is none, or one for TLS 1.3. */
function readHello(bytes: Buffer): Hello | undefined {
  if (bytes.at(0) !== 22 || bytes.at(5) !== 1) return undefined;
  const start = 44 + (bytes.at(43) ?? 0);
  const length = bytes.readUInt16BE(start);
  const suites = Array.from({ length: length / 2 }, (_, at) => bytes.readUInt16BE(start + 2 + at * 2));
  return suites.includes(0x1301) ? undefined : { version: bytes.readUInt16BE(9), suites };
}

/** Accepts an offer of that version that has one of these suites; `any` takes the first. */
export function accepting(version: number, suites: readonly number[] | 'any'): FrontFault {
  return (first) => {
    const hello = readHello(first);
    if (hello?.version !== version) return undefined;
    const suite =
      suites === 'any' ? hello.suites[0] : hello.suites.find((offered) => suites.includes(offered));
    return suite === undefined ? undefined : firstFlight(version, suite);
  };
}

/** ServerHello and ServerHelloDone. */
function firstFlight(version: number, suite: number): Buffer {
  const uint16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
  const body = Buffer.concat([
    uint16(version),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    uint16(suite),
    Buffer.from([0]),
  ]);
  const hello = Buffer.concat([Buffer.from([2, 0]), uint16(body.byteLength), body]);
  const flight = Buffer.concat([hello, Buffer.from([14, 0, 0, 0])]);
  return Buffer.concat([Buffer.from([22]), uint16(version), uint16(flight.byteLength), flight]);
}

/** Redirects who speaks plain HTTP. */
export const redirecting: FrontFault = (first) =>
  first.subarray(0, 4).toString('latin1') === 'POST'
    ? Buffer.from(
        'HTTP/1.1 301 Moved Permanently\r\nlocation: https://localhost/\r\ncontent-length: 0\r\n\r\n',
      )
    : undefined;
