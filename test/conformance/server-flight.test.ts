import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { sayHello } from '../../conformance/google/tls/client-hello.ts';
import { ServerFlight } from '../../conformance/google/tls/server-flight.ts';

const TLS_1_2 = 0x0303;

function record(type: number, ...fragments: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(fragments);
  return Buffer.concat([Buffer.from([type, 3, 3, body.length >> 8, body.length & 0xff]), body]);
}

function message(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, 0, body.length >> 8, body.length & 0xff]), body]);
}

function serverHello(version = TLS_1_2, suite = 0xc02f, sessionId = 32): Buffer {
  const head = Buffer.from([version >> 8, version & 0xff]);
  const tail = Buffer.from([suite >> 8, suite & 0xff, 0]);
  return message(
    2,
    Buffer.concat([head, Buffer.alloc(32), Buffer.from([sessionId]), Buffer.alloc(sessionId), tail]),
  );
}

function read(bytes: Uint8Array, size = bytes.length) {
  const flight = new ServerFlight(TLS_1_2);
  for (let at = 0; at < bytes.length; at += size) {
    const answer = flight.push(bytes.subarray(at, at + size));
    if (answer !== undefined) return answer;
  }
  return undefined;
}

const done = message(14, Buffer.alloc(0));
const flights = [
  record(22, serverHello(), message(11, Buffer.alloc(5000)), message(13, Buffer.alloc(6)), done),
  Buffer.concat([record(22, serverHello()), record(22, message(11, Buffer.alloc(5000))), record(22, done)]),
  Buffer.concat(
    Array.from(Buffer.concat([serverHello(), done]), (octet) => record(22, Buffer.from([octet]))),
  ),
];

test('the suite of a first flight is read, however it is cut into records and pieces', () => {
  for (const [index, flight] of flights.entries()) {
    const expected = { kind: 'accepted', suite: 0xc02f, certificateRequested: index === 0 };
    for (const size of [1, 2, 3, 5, 7, 100, flight.length]) assert.deepEqual(read(flight, size), expected);
    for (let end = 0; end < flight.length; end += 97) assert.equal(read(flight.subarray(0, end)), undefined);
  }
});

for (const [name, bytes, how] of [
  ['an alert', record(21, Buffer.from([2, 40])), 'alert 40'],
  ['an empty alert', record(21), 'alert undefined'],
  ['an older version', record(22, serverHello(0x0302)), 'answered version 302'],
  ['plain HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'no TLS'],
  ['a ServerHello of no octet', record(22, message(2, Buffer.alloc(0))), 'no TLS'],
  ['a ServerHello of one octet', record(22, message(2, Buffer.from([3]))), 'no TLS'],
  ['a ServerHello of two octets', record(22, message(2, Buffer.from([3, 3]))), 'no TLS'],
  [
    'a ServerHello without its suite',
    record(22, message(2, Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(33)]))),
    'no TLS',
  ],
] as const) {
  test(`${name} is a refusal, in any pieces`, () => {
    for (const size of [1, 3, bytes.length]) assert.deepEqual(read(bytes, size), { kind: 'refused', how });
  });
}

test('endless flights end after 64 KiB of handshake, each octet looked at once', () => {
  const oneOctet = Buffer.concat(Array.from({ length: 70_000 }, () => record(22, Buffer.from([11]))));
  const full = Buffer.concat(Array.from({ length: 5 }, () => record(22, message(11, Buffer.alloc(16_000)))));
  const empty = Buffer.concat(Array.from({ length: 120_000 }, () => record(22)));
  const announced = record(22, Buffer.from([11, 0xff, 0xff, 0xff]));
  for (const flood of [oneOctet, full, empty, announced]) {
    for (const size of [1, 1000, flood.length]) {
      assert.deepEqual(read(flood, size)?.kind, 'unreachable');
    }
  }
});

test('no octets make it throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void read(bytes, 3)));
  const handshake = fc.uint8Array({ maxLength: 100 }).map((body) => record(22, body));
  fc.assert(fc.property(handshake, fc.integer({ min: 1, max: 9 }), (bytes, size) => void read(bytes, size)));
});

test('a server that answers hello with a ServerHello of nothing is told of, and nothing is thrown', async () => {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(record(22, message(2, Buffer.alloc(0)))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const offer = { host: '127.0.0.1', port, version: 'TLS 1.2', suites: [0xc02f], timeoutMs: 10_000 } as const;
  assert.deepEqual(await sayHello(offer), { kind: 'refused', how: 'no TLS' });
  server.close();
});
