import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { exampleMessage, unusedUrl } from '../shared/gateway-stand-in.ts';
import { startSmsc } from './smpp-server.ts';
import { openSmpp } from './smpp-under-test.ts';

/** In time for a bind on the busiest machine: it is waited for half of it. */
const send = (gateway: SmsGateway, ms = 30_000) => gateway.send(exampleMessage, deadlineAfter(ms));
const refused = (reason: string, detail: string) => ({ kind: 'refused', gateway: 'smpp', reason, detail });
const unknown = (detail: string) => ({ kind: 'unknown', gateway: 'smpp', detail });

/** Asks again until the answer is so; the connection's end reaches the gateway when it likes. */
async function sendUntil(t: TestContext, gateway: SmsGateway, fits: (detail: string) => boolean) {
  return t.waitFor(
    async () => {
      const delivery = await send(gateway, 100);
      assert.ok('detail' in delivery && fits(delivery.detail), JSON.stringify(delivery));
      return delivery;
    },
    { timeout: 10_000 },
  );
}

test('[OQ-28] SMPP: a session that ends after the text was written leaves it unknown', async (t) => {
  const smsc = await startSmsc(t, { submit: 'drop' });
  assert.deepEqual(await send(openSmpp(t, smsc.port)), unknown('no answer, session lost'));
});

test('SMPP: a session that is lost is opened again, and meanwhile texts are refused in time', async (t) => {
  const smsc = await startSmsc(t);
  const clock = new TestClock();
  const gateway = openSmpp(t, smsc.port, {}, { clock });
  assert.equal((await send(gateway)).kind, 'accepted');
  await smsc.order({ do: 'drop', session: 1 });
  const delivery = await sendUntil(t, gateway, (detail) => detail === 'closed by the gateway');
  assert.equal(delivery.kind === 'refused' && delivery.reason, 'gateway-down');
  assert.equal(await smsc.count('connected'), 1);
  clock.pass(500);
  assert.equal((await send(gateway)).kind, 'accepted');
  assert.equal(await smsc.count('submit_sm'), 2);
});

test('SMPP: between tries it waits longer and longer, at most half a minute', async (t) => {
  const clock = new TestClock();
  const port = Number(new URL(await unusedUrl()).port);
  // The timer of the connection itself is to be told from that of the next try.
  const gateway = openSmpp(t, port, { connectTimeoutMs: 60_000 }, { clock });
  const waits: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    assert.deepEqual(await send(gateway, 100), refused('gateway-down', 'ECONNREFUSED'));
    await t.waitFor(() => assert.equal(clock.waitingWithin(30_000), 1), { timeout: 10_000 });
    const before = clock.steadyMs();
    while (clock.waitingWithin(30_000) === 1) clock.pass(50);
    waits.push(clock.steadyMs() - before);
  }
  for (const [round, waitMs] of waits.entries()) {
    const most = Math.min(30_000, 500 * 2 ** round);
    assert.ok(waitMs >= most / 2 && waitMs <= most + 50, `${waitMs} ms after try ${round + 1}`);
  }
});

test('SMPP: a text waits for the bind, but not beyond its deadline', async (t) => {
  const smsc = await startSmsc(t, { bind: 'silence' });
  const gateway = openSmpp(t, smsc.port);
  assert.deepEqual(await send(gateway, 100), refused('gateway-down', 'not bound in time'));
  assert.equal(await smsc.count('submit_sm'), 0);
});

test('SMPP: a bind that is not answered in time is given up', async (t) => {
  const smsc = await startSmsc(t, { bind: 'silence' });
  const clock = new TestClock();
  const gateway = openSmpp(t, smsc.port, { connectTimeoutMs: 2000 }, { clock });
  const sending = send(gateway, 1000);
  await smsc.seen('bind_transceiver');
  clock.pass(2000);
  assert.deepEqual(await sending, refused('gateway-down', 'not bound in time'));
  await smsc.seen('closed');
});

for (const [status, name] of [
  [0x0e, 'ESME_RINVPASWD'],
  [0x0f, 'ESME_RINVSYSID'],
  [0x53, 'ESME_RINVSYSTYP'],
] as const) {
  test(`SMPP: a bind refused with ${name} refuses texts as credentials, and is tried again after a minute`, async (t) => {
    const smsc = await startSmsc(t, { bind: status });
    const clock = new TestClock();
    const gateway = openSmpp(t, smsc.port, {}, { clock });
    assert.deepEqual(await send(gateway), refused('credentials', `bind refused, ${name}`));
    await smsc.seen('closed');
    await smsc.behave({ bind: 0 });
    await t.waitFor(() => assert.equal(clock.waiting, 1), { timeout: 10_000 });
    clock.pass(59_999);
    assert.equal((await send(gateway)).kind, 'refused');
    assert.equal(await smsc.count('connected'), 1);
    clock.pass(1);
    assert.equal((await send(gateway)).kind, 'accepted');
  });
}

for (const [status, name] of [
  [0x05, 'ESME_RALYBND'],
  [0x0d, 'ESME_RBINDFAIL'],
  [0x08, 'ESME_RSYSERR'],
] as const) {
  test(`SMPP: a bind refused with ${name}, as to one session too many, is tried again soon`, async (t) => {
    const smsc = await startSmsc(t, { bind: status });
    const clock = new TestClock();
    const gateway = openSmpp(t, smsc.port, {}, { clock });
    const told = await sendUntil(t, gateway, (detail) => detail !== 'not bound in time');
    assert.deepEqual(told, refused('gateway-down', `bind refused, ${name}`));
    await smsc.behave({ bind: 0 });
    await t.waitFor(() => assert.equal(clock.waitingWithin(500), 1), { timeout: 10_000 });
    clock.pass(500);
    assert.equal((await send(gateway)).kind, 'accepted');
  });
}

test('SMPP: after ten refused binds in a row it is tried once a minute', async (t) => {
  const smsc = await startSmsc(t, { bind: 0x0d });
  const clock = new TestClock();
  // However far the clock is moved, no bind is given up.
  openSmpp(t, smsc.port, { connectTimeoutMs: 1_000_000_000 }, { clock });
  const until = (done: () => boolean | Promise<boolean>) =>
    t.waitFor(async () => assert.ok(await done()), { timeout: 20_000 });
  for (let bind = 2; bind <= 10; bind += 1) {
    await until(async () => {
      const came = (await smsc.count('bind_transceiver')) >= bind;
      if (!came) clock.pass(30_000);
      return came;
    });
  }
  await until(() => clock.waitingWithin(60_000) === 1 && clock.waitingWithin(59_000) === 0);
  clock.pass(59_000);
  assert.equal(await smsc.count('connected'), 10);
});

test('SMPP: an idle session is asked after, and one that does not answer is given up', async (t) => {
  const smsc = await startSmsc(t);
  const clock = new TestClock();
  openSmpp(t, smsc.port, { enquireLinkMs: 20_000 }, { clock });
  await smsc.bound();
  // Bound on this side too: it waits for nothing but the time to ask.
  await t.waitFor(() => assert.equal(clock.waitingWithin(19_999), 0), { timeout: 10_000 });
  clock.pass(20_000);
  await smsc.seen('enquire_link');
  await t.waitFor(() => assert.equal(clock.waitingWithin(20_000), 1), { timeout: 10_000 });
  await smsc.behave({ enquire: 'silence' });
  // After an answer it is asked after again at its time.
  await t.waitFor(
    async () => {
      clock.pass(1000);
      assert.equal(await smsc.count('enquire_link'), 2);
    },
    { interval: 20, timeout: 10_000 },
  );
  assert.equal(await smsc.count('closed'), 0);
  clock.pass(10_000);
  await smsc.seen('closed');
  await t.waitFor(() => assert.equal(clock.waitingWithin(500), 1), { timeout: 10_000 });
  clock.pass(500);
  await smsc.seen('bind_transceiver', 2);
});

test('SMPP: the gateway is answered when it asks after the session', async (t) => {
  const smsc = await startSmsc(t);
  openSmpp(t, smsc.port);
  await smsc.bound();
  assert.equal((await smsc.seen('enquire_link_resp'))['status'], 0);
});

test('SMPP: when the gateway unbinds it is answered, and the session is opened again', async (t) => {
  const smsc = await startSmsc(t);
  const clock = new TestClock();
  const gateway = openSmpp(t, smsc.port, {}, { clock });
  await smsc.bound();
  await smsc.order({ do: 'unbind', session: 1 });
  assert.equal((await smsc.seen('unbind_resp'))['status'], 0);
  await smsc.seen('closed');
  await sendUntil(t, gateway, (detail) => detail === 'unbound by the gateway');
  clock.pass(500);
  assert.equal((await send(gateway)).kind, 'accepted');
});

test('SMPP: what is under way when the gateway unbinds is finished first, and nothing new is begun', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const gateway = openSmpp(t, smsc.port);
  const first = send(gateway);
  const { session, seq } = await smsc.seen('submit_sm');
  await smsc.order({ do: 'unbind', session });
  await smsc.behave({ submit: 'accept' });
  const second = send(gateway);
  assert.equal(await smsc.count('unbind_resp'), 0);
  await smsc.order({ do: 'accept', session, seq, messageId: 'drained' });
  assert.equal((await first).kind, 'accepted');
  assert.equal((await smsc.seen('unbind_resp'))['status'], 0);
  assert.equal((await second).kind, 'accepted', 'it waited for the next bind');
  assert.equal((await smsc.seen('submit_sm', 2)).session, 2);
});

test('SMPP: a gateway that unbinds and answers nothing more is left after five seconds', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const clock = new TestClock();
  const gateway = openSmpp(t, smsc.port, {}, { clock });
  const sending = send(gateway);
  const { session } = await smsc.seen('submit_sm');
  await smsc.order({ do: 'unbind', session });
  await smsc.order({ do: 'enquire', session });
  await smsc.seen('enquire_link_resp');
  clock.pass(4999);
  assert.equal(await smsc.count('unbind_resp'), 0);
  clock.pass(1);
  await smsc.seen('unbind_resp');
  assert.deepEqual(await sending, unknown('no answer, session lost'));
});

test('SMPP: a text that finds the line down waits for the next bind, if that comes in its time', async (t) => {
  const smsc = await startSmsc(t, { bind: 0x08 });
  const gateway = openSmpp(t, smsc.port, {}, { isAlone: true });
  await smsc.seen('bind_transceiver');
  await smsc.behave({ bind: 0 });
  assert.equal((await send(gateway)).kind, 'accepted');
});

test('SMPP: closing waits for running texts, then takes leave', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const gateway = openSmpp(t, smsc.port);
  const sending = send(gateway);
  const { session, seq } = await smsc.seen('submit_sm');
  const closing = Promise.all([gateway.close(), gateway.close()]);
  assert.deepEqual(await send(gateway), refused('gateway-down', 'closed'));
  await smsc.order({ do: 'accept', session, seq, messageId: 'kept' });
  assert.equal((await sending).kind, 'accepted');
  await closing;
  await smsc.seen('closed');
  const [, accepted, unbind, closed] = smsc.events
    .filter(({ event }) => !['done', 'listening', 'connected'].includes(event))
    .map(({ event }) => event);
  assert.deepEqual([accepted, unbind, closed], ['submit_sm', 'unbind', 'closed']);
});

test('SMPP: a gateway that does not answer the leave-taking is left after two seconds', async (t) => {
  const smsc = await startSmsc(t, { unbind: 'silence' });
  const clock = new TestClock();
  const gateway = openSmpp(t, smsc.port, {}, { clock });
  await smsc.bound();
  const closing = gateway.close();
  await smsc.seen('unbind');
  assert.equal(await smsc.count('closed'), 0);
  clock.pass(2000);
  await closing;
  assert.equal(clock.waiting, 0, 'nothing is left that could wake up');
});

test('SMPP: closing while it binds, or while it waits to try again, ends all of it', async (t) => {
  const smsc = await startSmsc(t, { bind: 'silence' });
  const clock = new TestClock();
  const binding = openSmpp(t, smsc.port, {}, { clock });
  await smsc.seen('bind_transceiver');
  await binding.close();
  const waiting = openSmpp(t, Number(new URL(await unusedUrl()).port), {}, { clock });
  assert.equal((await send(waiting, 100)).kind, 'refused');
  await waiting.close();
  assert.equal(clock.waiting, 0);
});

test('SMPP: a session that is not bound is waited for half of the time, so that another gateway can be asked', async (t) => {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  t.after(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  const sockets = new Set<Socket>();
  listener.on('connection', (socket) => sockets.add(socket));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  const gateway = openSmpp(t, port);
  const deadline = deadlineAfter(2000);
  const delivery = await gateway.send(exampleMessage, deadline);
  assert.deepEqual(delivery, refused('gateway-down', 'not bound in time'));
  assert.ok(deadline.remainingMs() > 500, `${deadline.remainingMs()} ms are left`);
});
