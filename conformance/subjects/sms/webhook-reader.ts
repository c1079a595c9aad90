import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { SmsConfig } from '../../run/config.ts';
import { CouldNotRun } from '../../run/could-not-run.ts';
import { memberAt } from './member-path.ts';
import { e164Of } from './phone-number.ts';
import type { TextReader } from './text-reader.ts';

const postBytesMax = 64 * 1024;

/** Serves a webhook that the endpoint's gateway posts its texts to, as JSON or as a form. */
export async function webhookReader(sms: Extract<SmsConfig, { kind: 'webhook' }>): Promise<TextReader> {
  const received = new Map<string, string[]>();
  const server = createServer((request, response) => {
    readPost(request).then(
      (post) => {
        const number = e164Of(memberAt(post, sms.to));
        const text = memberAt(post, sms.text);
        if (number === undefined || typeof text !== 'string') {
          response
            .writeHead(400)
            .end(`expected an international number in ${sms.to} and the text in ${sms.text}`);
          return;
        }
        received.set(number, [...(received.get(number) ?? []), text]);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      },
      () => response.writeHead(400).end('expected JSON or a form'),
    );
  });
  const host = sms.host ?? '127.0.0.1';
  server.listen(sms.port, host);
  await once(server, 'listening').catch((cause: unknown) => {
    throw new CouldNotRun(
      `the webhook of sms.port ${sms.port} can't be served on ${host}: ${reasonOf(cause)}`,
    );
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : sms.port;
  return {
    describes: `posted to http://${host}:${port}/`,
    list: async (phoneNumber) => received.get(phoneNumber) ?? [],
    askCode: undefined,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') return 'the port is taken; stop what uses it, or choose another';
  if (code === 'EACCES') return 'it may not be used; choose a port above 1023';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'sms.host is no address of this machine';
  return cause instanceof Error ? cause.message : String(cause);
}

async function readPost(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    body += chunk;
    if (body.length > postBytesMax) throw new Error('too long');
  }
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  return JSON.parse(body);
}
