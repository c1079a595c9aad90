import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { startApplication, type TestApplication } from '../support/test-application.ts';
import { makeCertificate } from '../support/test-certificates.ts';

const LENGTH = 'content-length: 2\r\n';
const CHUNKS = '2\r\n{}\r\n0\r\n\r\n';

/** A request of these header lines, with a body of two octets. */
const request = (lines: string, version = '1.1') =>
  `POST /nothing-is-here HTTP/${version}\r\n${lines}connection: close\r\n${LENGTH}\r\n{}`;
const chunkedAs = (chunks: string) =>
  `POST /nothing-is-here HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`;
const chunked = (lines: string, version = '1.1') =>
  `POST /nothing-is-here HTTP/${version}\r\n${lines}connection: close\r\n\r\n${CHUNKS}`;

/** What can be read in two ways, or in a way that nobody here reads. [OQ-63] */
const REFUSED: Readonly<Record<string, string>> = {
  'two Host fields': request('Host: a\r\nhost: b\r\n'),
  'the same Host twice': request('host: a\r\nhost: a\r\n'),
  'no Host': request(''),
  'an empty Host': request('host:\r\n'),
  'a list of hosts': request('host: a, b\r\n'),
  'a host with a user': request('host: u@a\r\n'),
  'a host with a path': request('host: a/b\r\n'),
  'a host with a blank': request('host: a b\r\n'),
  'a port that is none': request('host: a:80x\r\n'),
  'two Content-Type fields': request('host: a\r\ncontent-type: a/b\r\nContent-Type: c/d\r\n'),
  'the same Content-Type twice': request('host: a\r\ncontent-type: a/b\r\ncontent-type: a/b\r\n'),
  'a list of content types': request('host: a\r\ncontent-type: a/b;q="x,y", c/d\r\n'),
  'a quote in the content type that is never closed': request('host: a\r\ncontent-type: a/b; q="x, c/d\r\n'),
  'a coded content': request('host: a\r\ncontent-encoding: gzip\r\n'),
  'a content coding that nobody knows': request('host: a\r\ncontent-encoding: x-none\r\n'),
  'two content codings': request('host: a\r\ncontent-encoding: identity\r\ncontent-encoding: br\r\n'),
  'a coded transfer': chunked('host: a\r\ntransfer-encoding: gzip, chunked\r\n'),
  'a transfer coding that nobody knows': chunked('host: a\r\ntransfer-encoding: xchunked\r\n'),
  'two transfer codings': chunked('host: a\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n'),
  'chunked with a parameter': chunked('host: a\r\ntransfer-encoding: chunked;x=1\r\n'),
  'identity as transfer coding': request('host: a\r\ntransfer-encoding: identity\r\n'),
  'chunks in HTTP/1.0': chunked('host: a\r\ntransfer-encoding: chunked\r\n', '1.0'),
  'length and chunks': chunked(`host: a\r\n${LENGTH}transfer-encoding: chunked\r\n`),
  'two lengths': request(`host: a\r\n${LENGTH}`),
  'a list of lengths': `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2, 2\r\n\r\n{}`,
  'a length with a sign': `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +2\r\n\r\n{}`,
  'a length in hexadecimal': `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0x2\r\n\r\n{}`,
  'an empty length': `POST / HTTP/1.1\r\nhost: a\r\ncontent-length:\r\n\r\n{}`,
  'a list of transfer codings that ends in nothing': chunked('host: a\r\ntransfer-encoding: chunked,\r\n'),
  'a chunk in hexadecimal with a mark': chunkedAs('0x2\r\n{}\r\n0\r\n\r\n'),
  'a chunk longer than its length': chunkedAs('2\r\n{}XX0\r\n\r\n'),
  'a blank before a chunk': chunkedAs(' 2\r\n{}\r\n0\r\n\r\n'),
  'chunks that end in LF alone': chunkedAs('2\n{}\n0\n\n'),
  'a trailer of a length': chunkedAs('2\r\n{}\r\n0\r\ncontent-length: 9\r\n\r\n'),
  'a first field with a blank before': request(' host: a\r\nhost: b\r\n'),
  'a name of a field with a NUL': request('host: a\r\nho\0st: b\r\n'),
  'a folded field': request('host: a\r\nx-a: 1\r\n 2\r\n'),
  'a blank before the colon': request('host: a\r\nx-a : 1\r\n'),
  'lines that end in LF alone': 'POST / HTTP/1.1\nhost: a\ncontent-length: 2\n\n{}',
  'a NUL in a field': request('host: a\r\nx-a: 1\0\r\n'),
  'a CR in a field': request('host: a\r\nx-a: 1\r2\r\n'),
  'HTTP/2.0 in the words of HTTP/1': request('host: a\r\n', '2.0'),
  'HTTP/0.9': request('host: a\r\n', '0.9'),
  'HTTP/1.2': request('host: a\r\n', '1.2'),
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a second Host behind a thousand fields': request(`host: a\r\n${'a:\r\n'.repeat(1200)}host: b\r\n`),
};

const READ: Readonly<Record<string, string>> = {
  plain: request('host: a.example:8443\r\ncontent-type: text/plain; a="x, y"\r\n'),
  'an address': request('host: [::1]:1\r\n'),
  'HTTP/1.0 without Host': request('', '1.0'),
  'no coding, said in words': request('host: a\r\ncontent-encoding: Identity\r\n'),
  chunks: chunked('host: a\r\ntransfer-encoding: Chunked\r\n'),
  'a wish to change the protocol, which is passed over': request('host: a\r\nupgrade: websocket\r\n'),
};

const certificate = makeCertificate({ kind: 'ec' });
const TRUST = { ca: certificate.certificate, servername: 'localhost' };
const TLS = {
  certificates: [{ certificate: { value: certificate.certificate }, key: { value: certificate.key } }],
};

/** Status of the answer, and whether it is empty. */
function send(url: string, text: string): Promise<string> {
  const { protocol, port } = new URL(url);
  return new Promise((resolve) => {
    const place = { host: '127.0.0.1', port: Number(port) };
    const socket = protocol === 'https:' ? connectTls({ ...place, ...TRUST }) : connect(place);
    socket.write(text, 'latin1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

describe('every listener', () => {
  let app: TestApplication;
  let urls: Readonly<Record<'methods' | 'operator' | 'receipts', string>>;
  before(async () => {
    const receipts = { publicUrl: 'http://127.0.0.1', port: 0 };
    app = await startApplication({ settings: { receipts, 'http.tls': TLS } });
    // Within TLS the methods, without it the others.
    urls = { methods: app.methodsUrl, operator: app.operatorUrl, receipts: app.receiptsUrl ?? '' };
  });
  after(() => app.stop());

  async function refusals(listener: string, status: number): Promise<number> {
    const page = await (await fetch(`${app.operatorUrl}/metrics`)).text();
    const sample = `gsp_otp_refused_requests_total{listener="${listener}",status="${status}"} `;
    return Number(
      page
        .split('\n')
        .find((line) => line.startsWith(sample))
        ?.slice(sample.length) ?? 0,
    );
  }

  for (const listener of ['methods', 'operator', 'receipts'] as const) {
    it(`[OQ-63] refuses what can be read in two ways, with 400 and no body: ${listener}`, async () => {
      const before = await refusals(listener, 400);
      const answers = await Promise.all(
        Object.entries(REFUSED).map(
          async ([name, text]) => [name, await send(urls[listener], text)] as const,
        ),
      );
      for (const [name, answer] of answers) {
        assert.match(answer, /^HTTP\/1\.1 400 [^\r]+\r\n([^\r]+\r\n)+\r\n$/, name);
      }
      assert.ok((await refusals(listener, 400)) - before >= answers.length, 'each is counted');
    });

    it(`[OQ-63] reads what can be read in one way: ${listener}`, async () => {
      for (const [name, text] of Object.entries(READ)) {
        const answer = await send(urls[listener], text);
        // Nothing is there, the name is not known, or not the type: all of them after the head was read.
        assert.match(answer, /^HTTP\/1\.1 (404|415|421) /, name);
      }
    });

    it(`counts what Node would answer by itself: ${listener}`, async () => {
      const answered = async (text: string) => (await send(urls[listener], text)).slice(9, 12);
      const before = [await refusals(listener, 417), await refusals(listener, 405)];
      for (const expected of ['200-ok', '100-continue, x', '100-continue\r\nexpect: x']) {
        assert.equal(await answered(request(`host: a\r\nexpect: ${expected}\r\n`)), '417');
      }
      assert.equal(await answered(request('host: a\r\nexpect: 100-Continue\r\n')), '100');
      assert.equal(await answered('CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n'), '405');
      const after = [await refusals(listener, 417), await refusals(listener, 405)];
      assert.deepEqual(
        after.map((count, index) => count - (before[index] ?? 0)),
        [3, 1],
      );
    });
  }
});
