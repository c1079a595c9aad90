import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';

/** Listens, and never comes to accept a connection. */
const LISTENER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** So many connections Linux completes for a backlog of 1; it drops the first packet of all others. */
const COMPLETED = 2;

/** Where packets of a new connection get no answer at all, as behind a firewall that drops them. */
export async function startBlackHole(t: TestContext): Promise<string> {
  const listener = new Worker(LISTENER, { eval: true });
  t.after(() => listener.terminate());
  const [port] = await once(listener, 'message');
  for (let filled = 0; filled < COMPLETED; filled += 1) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    // The listener's end resets it.
    socket.on('error', () => socket.destroy());
    t.after(() => socket.destroy());
  }
  return `http://127.0.0.1:${port}`;
}

/** Takes connections and never says anything; no handshake of TLS comes to an end there. */
export async function startMute(t: TestContext): Promise<string> {
  const server = createServer((socket) => {
    t.after(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
