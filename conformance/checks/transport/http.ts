import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isLoopback } from '../../run/settings.ts';
import type { Check } from '../check.ts';
import { expectRead, told } from '../expectations.ts';
import type { Trial } from '../trial.ts';
import { must, NotTested } from '../verdicts.ts';

const verbs = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

function verbRefused(verb: string): Check {
  return {
    id: `transport/refuses-${verb.toLowerCase()}`,
    requirements: ['HTTP-6'],
    level: 'MUST',
    expects: `Does not serve a method to ${verb}: no status below 400.`,
    run: async (trial) => {
      const answer = await trial.probe({ verb, odd: true });
      must(answer.http.status >= 400, `${verb} was answered ${told(answer)}`);
    },
  };
}

const requests: readonly Check[] = [
  ...verbs.map(verbRefused),
  {
    id: 'transport/names-permitted-verb',
    requirements: ['HTTP-6', 'OQ-21'],
    level: 'SHOULD',
    expects: 'Answers another verb than POST with 405 and Allow: POST.',
    run: async (trial) => {
      const { http } = await trial.probe({ verb: 'PUT', odd: true });
      must(
        http.status === 405 && http.headers['allow'] === 'POST',
        `the answer was ${http.status}, Allow: ${http.headers['allow']}`,
      );
    },
  },
  {
    id: 'transport/unknown-path',
    requirements: ['OQ-21', 'HTTP-2'],
    level: 'MUST',
    expects: 'Does not serve a path that no method has: 404, or at least an error.',
    run: async (trial) => {
      const path = `${trial.google.url('noSuchMethod').pathname}`;
      const answer = await trial.probe({ path, odd: true });
      must(answer.http.status >= 400, `it was answered ${told(answer)}`);
    },
  },
  {
    id: 'transport/wrong-content-type',
    requirements: ['HTTP-3', 'HTTP-5', 'OQ-21'],
    level: 'SHOULD',
    expects: 'Does not read a body of another Content-Type: 400 or 415.',
    run: async (trial) => {
      const answer = await trial.probe({ contentType: 'text/plain', odd: true });
      must([400, 415].includes(answer.http.status), `the answer was ${told(answer)}`);
    },
  },
  {
    id: 'transport/missing-content-type',
    requirements: ['HTTP-3', 'HTTP-5', 'OQ-21'],
    level: 'SHOULD',
    expects: 'Does not read a body without a Content-Type: 400 or 415.',
    run: async (trial) => {
      const answer = await trial.probe({ contentType: undefined, odd: true });
      must([400, 415].includes(answer.http.status), `the answer was ${told(answer)}`);
    },
  },
  {
    id: 'transport/content-type-in-other-case',
    requirements: ['HTTP-7'],
    level: 'SHOULD',
    expects: 'Reads a Content-Type in other case and spacing, without its charset.',
    run: async (trial) => {
      const [type = ''] = trial.google.world.codec.contentType.split(';');
      for (const contentType of [type, `${type.toUpperCase()};Charset=UTF-8`, `${type} ;  charset="utf-8"`]) {
        expectRead(await trial.probe({ contentType }));
      }
    },
  },
  {
    id: 'transport/query-is-no-matter',
    requirements: ['URL-1'],
    level: 'SHOULD',
    expects: 'Finds a method under its path though a query follows.',
    run: async (trial) => {
      const answer = await trial.declined({ path: `${trial.google.url('sendOtp').pathname}?trace=1` });
      must(answer.http.status === 200, `the answer was ${told(answer)}`);
    },
  },
];

const bodies: readonly Check[] = [
  {
    id: 'transport/oversized-body',
    requirements: ['OQ-21', 'HTTP-2'],
    level: 'MUST',
    expects: 'Does not process a body of transport.oversizedBodyBytes: an error, or a closed connection.',
    run: async (trial) => {
      const padding = 'x'.repeat(trial.settings.oversizedBodyBytes);
      const answer = await trial.probe({ odd: true }, { padding }).catch(() => undefined);
      if (answer === undefined) return;
      must(answer.http.status >= 400 && answer.http.status !== 404, `it was answered ${told(answer)}`);
    },
  },
  {
    id: 'transport/serves-beside-slow-body',
    requirements: ['OPS-1', 'OPS-2'],
    level: 'MUST',
    expects: 'Answers others while the bodies of ten requests drip.',
    phase: 'late',
    run: async (trial) => {
      const slow = await Promise.all(Array.from({ length: 10 }, () => drip(trial)));
      try {
        const answer = await trial.probe();
        must(answer.http.status < 500, `the answer was ${told(answer)}`);
      } finally {
        for (const connection of slow) connection.end();
      }
    },
  },
  {
    id: 'transport/cuts-slow-body-off',
    requirements: ['OPS-1'],
    level: 'SHOULD',
    expects: 'Cuts off a request whose body still drips after transport.slowBodyMs.',
    phase: 'late',
    run: async (trial) => {
      const { end, closed } = await drip(trial);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => resolve(false), trial.settings.slowBodyMs);
      closed.then(() => resolve(true));
      const cut = await promise;
      clearTimeout(timer);
      end();
      must(cut, `it was still open after ${trial.settings.slowBodyMs} ms`);
    },
  },
];

/** A request whose body comes at a byte every 200 ms. */
async function drip(trial: Trial) {
  const url = trial.google.url('verifyOtp');
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const { tls } = trial.world.config;
  const socket = secure
    ? connectTls({
        host,
        port,
        servername: host,
        rejectUnauthorized: false,
        ...(tls?.clientCertificate === undefined ? {} : { cert: tls.clientCertificate }),
        ...(tls?.clientPrivateKey === undefined ? {} : { key: tls.clientPrivateKey }),
      })
    : connect({ host, port });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => socket.destroy());
  await once(socket, secure ? 'secureConnect' : 'connect');
  const type = trial.google.world.codec.contentType;
  const head = [
    `POST ${url.pathname} HTTP/1.1`,
    `host: ${url.host}`,
    `content-type: ${type}`,
    'content-length: 1000',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  // An answer before the body has come is as good as a closed connection.
  socket.on('data', () => socket.destroy());
  const timer = setInterval(() => socket.write('x'), 200);
  const end = () => {
    clearInterval(timer);
    socket.destroy();
  };
  socket.once('close', () => clearInterval(timer));
  return { end, closed };
}

/** Sends a plain HTTP request to a port and tells the first line of what comes back. */
async function speakPlainly(trial: Trial, port: number): Promise<string | undefined> {
  const { baseUrl, answerMs } = trial.settings;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host: baseUrl.hostname.replace(/^\[|\]$/g, ''), port });
  const timer = setTimeout(() => resolve(undefined), Math.min(answerMs, 3000));
  socket.on('connect', () => {
    const { pathname } = trial.google.url('echo');
    socket.write(`POST ${pathname} HTTP/1.1\r\nhost: ${baseUrl.host}\r\ncontent-length: 2\r\n\r\n{}`);
  });
  socket.on('data', (chunk) => resolve(chunk.toString('latin1').split('\r\n')[0]));
  for (const event of ['error', 'end', 'close']) socket.on(event, () => resolve(undefined));
  const line = await promise;
  clearTimeout(timer);
  socket.destroy();
  return line;
}

const statusOf = (line: string | undefined) => Number(/^HTTP\/1\.[01] (\d{3})/.exec(line ?? '')?.[1]);

const plain: readonly Check[] = [
  {
    id: 'transport/no-plain-http-on-its-port',
    requirements: ['TLS-5', 'ECHO-4'],
    level: 'MUST',
    expects: 'Serves no plain HTTP, not even a redirect, on the port of the URL.',
    run: async (trial) => {
      const { baseUrl } = trial.settings;
      if (baseUrl.protocol !== 'https:') throw new NotTested('the URL is plain http');
      const line = await speakPlainly(trial, Number(baseUrl.port || 443));
      // Some servers say in clear text that they speak TLS only: that serves nothing.
      must(!(statusOf(line) < 400), `plain HTTP was answered ${line}`);
    },
  },
  {
    id: 'transport/no-plain-http-beside-it',
    requirements: ['TLS-5', 'ECHO-4'],
    level: 'MUST',
    expects: 'Serves no method over plain HTTP, not even a redirect, on transport.plainHttpPort (80).',
    run: async (trial) => {
      const { baseUrl, plainHttpPort } = trial.settings;
      if (baseUrl.protocol !== 'https:' && isLoopback(baseUrl))
        throw new NotTested('plain http on this very machine');
      const line = await speakPlainly(trial, plainHttpPort);
      must(!(statusOf(line) < 400), `port ${plainHttpPort} answered ${line}`);
    },
  },
];

export const httpChecks: readonly Check[] = [...requests, ...bodies, ...plain];
