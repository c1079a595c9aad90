import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { computedMs } from '../support/computed-ms.ts';
import { startApplication, type TestApplication } from '../support/test-application.ts';

const MEBIBYTE = 1_048_576;

/** Row 13 of the proofs: oversized and hostile bodies cost neither time nor memory. */
describe('oversized and hostile bodies', () => {
  let app: TestApplication;
  before(async () => {
    app = await startApplication();
  });
  after(() => app.stop());

  const header = `"requestHeader":{"protocolVersion":{"major":1},"requestId":"hostile","requestTimestamp":"${Date.now()}"}`;
  const bodies: readonly (readonly [string, string | Uint8Array, Record<string, string>])[] = [
    ['[JSON-2] 64 KiB of open brackets', '['.repeat(65_536), {}],
    ['[JSON-2] nested objects', '{"a":'.repeat(10_000), {}],
    [
      '[JSON-2] ten thousand members',
      `{${Array.from({ length: 5000 }, (_, n) => `"member${n}":1`).join(',')}}`,
      {},
    ],
    ['[JSON-2] the same member five thousand times', `{${'"a":1,'.repeat(5000)}"a":1}`, {}],
    ['[JSON-2] a number of 60,000 digits', `{${header},"n":${'9'.repeat(60_000)}}`, {}],
    ['[JSON-2] a huge exponent', `{${header},"n":1e999999999}`, {}],
    ['[JSON-2] invalid UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d), {}],
    ['a gzip bomb, declared as such', gzipSync(Buffer.alloc(40 * MEBIBYTE)), { 'content-encoding': 'gzip' }],
    ['an empty body', '', {}],
  ];

  for (const [name, body, headers] of bodies) {
    it(`${name} is refused within 50 ms and 8 MiB`, async () => {
      const post = () =>
        fetch(`${app.methodsUrl}/v1/echo`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
      // The quietest of five: this process also holds the client, and collects garbage when it likes.
      let tookMs = Number.POSITIVE_INFINITY;
      let grewBytes = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5; round += 1) {
        const residentBefore = process.memoryUsage.rss();
        const startMs = computedMs();
        const answer = await post();
        await answer.bytes();
        assert.equal(answer.status, 400);
        tookMs = Math.min(tookMs, computedMs() - startMs);
        grewBytes = Math.min(grewBytes, process.memoryUsage.rss() - residentBefore);
      }
      assert.ok(tookMs < 50, `${tookMs} ms`);
      assert.ok(grewBytes < 8 * MEBIBYTE, `${grewBytes} bytes`);
    });
  }

  for (const [name, head, chunk] of [
    ['64 MiB that are declared', `content-length: ${64 * MEBIBYTE}`, Buffer.alloc(MEBIBYTE, 'x')],
    [
      'an endless chunked body',
      'transfer-encoding: chunked',
      Buffer.from(`100000\r\n${'x'.repeat(MEBIBYTE)}\r\n`),
    ],
  ] as const) {
    it(`[OQ-21] ${name} is refused when the limit is reached, and the connection closed`, async () => {
      const residentBefore = process.memoryUsage.rss();
      const { received, sentBytes } = await pour(app.methodsUrl, head, chunk);
      assert.match(received, /^HTTP\/1\.1 400 /);
      assert.ok(sentBytes < 32 * MEBIBYTE, `took ${sentBytes} bytes`);
      assert.ok(process.memoryUsage.rss() - residentBefore < 40 * MEBIBYTE, 'this process holds both ends');
    });
  }
});

/** Sends chunk after chunk, as fast as they are taken, until the other side ends it or 64 MiB are gone. */
function pour(url: string, head: string, chunk: Buffer): Promise<{ received: string; sentBytes: number }> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let received = '';
    let sentBytes = 0;
    const more = () => {
      while (sentBytes < 64 * MEBIBYTE && socket.writable) {
        sentBytes += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('connect', () => {
      socket.write(`POST /v1/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${head}\r\n\r\n`);
      more();
    });
    socket.on('drain', more);
    socket.on('data', (data) => {
      received += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ received, sentBytes }));
  });
}
