import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy } from './tcp-proxy.ts';
import { until } from './until.ts';

/** A client of a server that sends back what it gets, by way of a proxy; and what the server got so far. */
async function echoed(t: TestContext) {
  const got: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      got.push(`${piece}`);
      socket.write(piece);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const proxy = await TcpProxy.to((server.address() as AddressInfo).port);
  t.after(() => proxy.close());
  return { got, proxy, client: await connected(proxy) };
}

async function connected(proxy: TcpProxy): Promise<Socket> {
  const client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  await once(client, 'connect');
  return client;
}

async function ask(client: Socket, word: string): Promise<string> {
  client.write(word);
  const [answer] = await once(client, 'data');
  return `${answer}`;
}

test('bytes pass, also to a connection that comes after the others were reset', async (t) => {
  const { proxy, client } = await echoed(t);
  assert.equal(await ask(client, 'one'), 'one');
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  client.once('close', resolve);
  proxy.cut();
  await closed;
  assert.equal(await ask(await connected(proxy), 'two'), 'two');
});

test('a silent network closes nothing, and passes later what was sent meanwhile', async (t) => {
  const { got, proxy, client } = await echoed(t);
  proxy.fallSilent('there', 'back');
  const answer = ask(client, 'one');
  await delay(50);
  assert.deepEqual(got, []);
  proxy.speak();
  assert.equal(await answer, 'one');
});

test('where only the way back is silent, the server gets what was sent', async (t) => {
  const { got, proxy, client } = await echoed(t);
  proxy.fallSilent('back');
  let isAnswered = false;
  const answer = ask(client, 'one').finally(() => {
    isAnswered = true;
  });
  await until(() => got.length > 0);
  await delay(50);
  assert.equal(isAnswered, false);
  proxy.speak();
  assert.equal(await answer, 'one');
});

test('a slow network takes its time there and back', async (t) => {
  const { proxy, client } = await echoed(t);
  proxy.delayMs = 50;
  const before = performance.now();
  await ask(client, 'one');
  assert.ok(performance.now() - before >= 99);
});

test('a process ends that cut connections while they were ending', () => {
  const source = `
    import { createServer, connect, Socket } from 'node:net';
    import { once } from 'node:events';
    import { TcpProxy } from ${JSON.stringify(import.meta.resolve('./tcp-proxy.ts'))};
    const server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = await TcpProxy.to(server.address().port);
    const client = connect(proxy.port, '127.0.0.1').on('error', () => {});
    client.write('x');
    await once(client, 'data');
    // The first one to end is that of the proxy to the server: it is cut when its shutdown was begun.
    const { _final } = Socket.prototype;
    Socket.prototype._final = function (callback) {
      _final.call(this, callback);
      if (this !== client) proxy.cut();
    };
    client.end();
    await once(client, 'close');
    proxy.close();
    server.close();`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.deepEqual([child.status, child.stderr], [0, '']);
});
