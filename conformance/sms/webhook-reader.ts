import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { SmsConfig } from '../config.ts';
import { memberAt } from './member-path.ts';
import type { TextReader } from './text-reader.ts';

const postBytesMax = 64 * 1024;

/** Serves a webhook that the endpoint's gateway posts its texts to, as JSON or as a form. */
export async function webhookReader(sms: Extract<SmsConfig, { kind: 'webhook' }>): Promise<TextReader> {
  const received = new Map<string, string[]>();
  const server = createServer((request, response) => {
    readPost(request).then(
      (post) => {
        const to = memberAt(post, sms.to);
        const text = memberAt(post, sms.text);
        if (typeof to !== 'string' || typeof text !== 'string') {
          response.writeHead(400).end(`expected the number in ${sms.to} and the text in ${sms.text}`);
          return;
        }
        const number = to.startsWith('+') ? to : `+${to}`;
        received.set(number, [...(received.get(number) ?? []), text]);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      },
      () => response.writeHead(400).end('expected JSON or a form'),
    );
  });
  server.listen(sms.port, sms.host ?? '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : sms.port;
  return {
    describes: `posted to http://${sms.host ?? '127.0.0.1'}:${port}/`,
    list: async (phoneNumber) => received.get(phoneNumber) ?? [],
    askCode: undefined,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
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
