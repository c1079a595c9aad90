import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { Secret } from '../../../src/ports/secret.ts';
import type { SmsMessage } from '../../../src/ports/sms-gateway.ts';

/** What a gateway was asked. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How the stand-in answers: with a status and a body, or in one of the ways in which gateways fail. */
export type StandInAnswer =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Never answers. */
  | 'silence'
  /** Reads the request and closes. */
  | 'cut-before-headers'
  /** Closes within the body. */
  | 'cut-after-headers';

export interface GatewayStandIn {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  answer: StandInAnswer;
}

/** A local HTTP server that answers as a gateway does. */
export async function startStandIn(
  t: TestContext,
  answer: StandInAnswer = 'silence',
): Promise<GatewayStandIn> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      requests.push({ method, path, headers, body });
      const { answer } = standIn;
      if (answer === 'silence') return;
      if (answer === 'cut-before-headers') return void request.socket.destroy();
      if (answer === 'cut-after-headers') {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"status":', () => request.socket.destroy());
        return;
      }
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(text);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const standIn: GatewayStandIn = { url: `http://127.0.0.1:${port}`, requests, answer };
  return standIn;
}

/** Where nobody listens. */
export async function unusedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

export const exampleNumber = '+14035550123';
export const exampleText = 'Use 907214 for Banco Exemplo.\nT0kenAbCdEf';

/** What goes along with a text to India. */
export const exampleDlt = { entityId: '1101000000000012345', templateId: '1107000000000067890' };

export const exampleMessage: SmsMessage = {
  to: new Secret(exampleNumber),
  text: new Secret(exampleText),
  reference: 'AbCdEf0123456789',
  validityMs: 300_000,
  country: 'CA',
  language: 'en',
};
