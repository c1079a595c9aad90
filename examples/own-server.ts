/**
 * The methods on a server that you have already: its TLS, its port, its other routes. `node own-server.ts` starts the
 * sandbox on port 8080, or that of `PORT`, and stops in order at SIGTERM or Ctrl-C. In a project of yours: `npm install`
 * the package first, and import accounts (`gsp-otp accounts import`).
 *
 * With Fastify, Express and the like, hand over the raw request and response before anything reads the body:
 *
 *     fastify.register(async (scope) => {
 *       scope.removeAllContentTypeParsers();
 *       scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
 *       scope.post('/v1/:method', async (request, reply) => {
 *         reply.hijack();
 *         await application.handle(request.raw, reply.raw);
 *       });
 *     });
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose, loadConfig } from 'gsp-otp';

const application = await compose(loadConfig({ env: process.env }));

const server = createServer((request, response) => {
  if (request.url?.startsWith('/v1/')) return void application.handle(request, response);
  // What your server did before.
  response.end('Banco Exemplo\n');
});
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
await once(server, 'listening');
console.log(`listening on port ${(server.address() as AddressInfo).port}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    // Running calls are answered first; then store, directory and gateways are let go.
    server.close();
    await application.close(signal);
  });
}
