import { once } from 'node:events';
import { createServer } from 'node:http';
import type { TestContext } from 'node:test';

const EVERY_MS = 50;

/**
 * Asks a server that does nothing, at an even pace, in this process: what its answers take is the machine's doing. Returns
 * what the slowest has taken so far, in ms, from the moment when it was due.
 */
export async function watchSimplestAnswer(t: TestContext): Promise<() => number> {
  const server = createServer((_, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  let [dueMs, slowestMs] = [performance.now(), 0];
  const ask = async (atMs: number) => {
    await (await fetch(url)).text();
    slowestMs = Math.max(slowestMs, performance.now() - atMs);
  };
  const timer = setInterval(() => {
    for (; dueMs <= performance.now(); dueMs += EVERY_MS) void ask(dueMs).catch(() => undefined);
  }, EVERY_MS);
  t.after(() => {
    clearInterval(timer);
    server.closeAllConnections();
    server.close();
  });
  return () => slowestMs;
}
