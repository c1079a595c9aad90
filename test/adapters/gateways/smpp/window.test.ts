import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { exampleMessage } from '../shared/gateway-stand-in.ts';
import { startSmsc } from './smpp-server.ts';
import { openSmpp } from './smpp-under-test.ts';

const send = (gateway: SmsGateway, ms = 30_000) => gateway.send(exampleMessage, deadlineAfter(ms));
const refused = (reason: string, detail: string) => ({ kind: 'refused', gateway: 'smpp', reason, detail });
const unknown = (detail: string) => ({ kind: 'unknown', gateway: 'smpp', detail });

test('SMPP: beyond the window a text waits until another is answered', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const gateway = openSmpp(t, smsc.port, { window: 2 });
  const sending = [send(gateway), send(gateway), send(gateway)];
  const { session, seq } = await smsc.seen('submit_sm', 2);
  assert.deepEqual(await send(gateway, 50), refused('throttled', 'window is full'));
  assert.equal(await smsc.count('submit_sm'), 2);
  await smsc.behave({ submit: 'accept' });
  await smsc.order({ do: 'accept', session, seq, messageId: 'second' });
  assert.equal((await sending[2])?.kind, 'accepted');
  assert.equal(await smsc.count('submit_sm'), 3);
});

/** An unknown outcome whose answer may still come. */
async function unanswered(gateway: SmsGateway, ms: number) {
  const { later, ...delivery } = { later: undefined, ...(await send(gateway, ms)) };
  assert.deepEqual(delivery, unknown('no answer by the deadline'));
  assert.ok(later);
  return { later };
}

test('SMPP: a place is free when nobody waits for the answer any longer', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const gateway = openSmpp(t, smsc.port, { window: 1 });
  await smsc.bound();
  await unanswered(gateway, 100);
  await unanswered(gateway, 100);
  await smsc.behave({ submit: 'accept' });
  assert.equal((await send(gateway)).kind, 'accepted');
});

test('SMPP: a late answer still tells the id of its text, and a late refusal that there is none', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const gateway = openSmpp(t, smsc.port);
  await smsc.bound();
  const [first, second] = [await unanswered(gateway, 100), await unanswered(gateway, 100)];
  const { session, seq } = await smsc.seen('submit_sm', 1);
  await smsc.order({ do: 'accept', session, seq, messageId: 'late_1' });
  assert.deepEqual(await first.later, {
    kind: 'accepted',
    gateway: 'smpp',
    messageId: 'late_1',
    receiptKey: 'smpp:late_1',
  });
  await smsc.order({ do: 'refuse', session, seq: (await smsc.seen('submit_sm', 2)).seq, status: 0x0b });
  assert.deepEqual(await second.later, refused('invalid-number', 'ESME_RINVDSTADR'));
});

test('SMPP: several answers missing in a row end the session, and one that comes takes the doubt away', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const clock = new TestClock();
  const gateway = openSmpp(t, smsc.port, { enquireLinkMs: 600_000 }, { clock });
  await smsc.bound();
  for (let text = 0; text < 4; text += 1) await unanswered(gateway, 30);
  clock.pass(5000);
  await smsc.behave({ submit: 'accept' });
  assert.equal((await send(gateway)).kind, 'accepted');
  await smsc.behave({ submit: 'silence' });
  for (let text = 0; text < 5; text += 1) await unanswered(gateway, 30);
  assert.equal(await smsc.count('closed'), 0);
  clock.pass(5000);
  await smsc.seen('closed');
  await smsc.behave({ submit: 'accept' });
  await t.waitFor(() => assert.equal(clock.waitingWithin(500), 1), { timeout: 10_000 });
  clock.pass(500);
  assert.equal((await send(gateway)).kind, 'accepted');
});

test('SMPP: texts that wait for a place are refused unwritten when the session ends', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const gateway = openSmpp(t, smsc.port, { window: 1 });
  const first = send(gateway);
  await smsc.seen('submit_sm');
  const second = send(gateway, 1000);
  await smsc.behave({ bind: 'silence' });
  await smsc.order({ do: 'drop', session: 1 });
  assert.deepEqual(await first, unknown('no answer, session lost'));
  const { kind, reason } = { reason: undefined, ...(await second) };
  assert.deepEqual([kind, reason], ['refused', 'gateway-down']);
  assert.equal(await smsc.count('submit_sm'), 1);
});

test('SMPP: a gateway that is asked too much gets fewer texts at once, one at least, and then more again', async (t) => {
  const smsc = await startSmsc(t, { submit: 0x58 });
  const clock = new TestClock();
  const gateway = openSmpp(t, smsc.port, { window: 4 }, { clock });
  await smsc.bound();
  for (const restMs of [250, 500, 1000, 1000]) {
    assert.deepEqual(await send(gateway), refused('throttled', 'ESME_RTHROTTLED'));
    const written = await smsc.count('submit_sm');
    assert.deepEqual(await send(gateway, 400), refused('throttled', 'resting after ESME_RTHROTTLED'));
    assert.equal(await smsc.count('submit_sm'), written);
    clock.pass(restMs);
  }
  await smsc.behave({ submit: 'silence' });
  const sending = Array.from({ length: 5 }, () => send(gateway, 20_000));
  const underWay = async (first: number, last: number) => {
    await smsc.seen('submit_sm', 4 + last);
    assert.equal(await smsc.count('submit_sm'), 4 + last);
    for (let text = first; text <= last; text += 1) {
      const { session, seq } = await smsc.seen('submit_sm', 4 + text);
      await smsc.order({ do: 'accept', session, seq, messageId: `m-${text}` });
    }
  };
  await underWay(1, 1);
  await underWay(2, 3);
  await underWay(4, 5);
  assert.ok((await Promise.all(sending)).every(({ kind }) => kind === 'accepted'));
});

test('SMPP: texts that wait for a place keep to the rest that begins meanwhile', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const clock = new TestClock();
  const gateway = openSmpp(t, smsc.port, { window: 1 }, { clock });
  const first = send(gateway);
  const { session, seq } = await smsc.seen('submit_sm');
  const second = send(gateway);
  await smsc.order({ do: 'refuse', session, seq, status: 0x58 });
  assert.deepEqual(await first, refused('throttled', 'ESME_RTHROTTLED'));
  await smsc.behave({ submit: 'accept' });
  await smsc.bound();
  assert.equal(await smsc.count('submit_sm'), 1);
  clock.pass(250);
  assert.equal((await second).kind, 'accepted');
});

test('SMPP: no more texts a second are sent than the account may send', async (t) => {
  const smsc = await startSmsc(t);
  const clock = new TestClock();
  const gateway = openSmpp(t, smsc.port, { ratePerSecond: 2 }, { clock });
  await smsc.bound();
  const sending = Array.from({ length: 3 }, () => send(gateway, 20_000));
  await sending[0];
  assert.equal(await smsc.count('submit_sm'), 1);
  for (const count of [2, 3]) {
    clock.pass(500);
    await smsc.seen('submit_sm', count);
    assert.equal(await smsc.count('submit_sm'), count);
  }
  await Promise.all(sending);
  for (let text = 0; text < 3; text += 1) void send(gateway, 20_000);
  assert.deepEqual(await send(gateway, 300), refused('throttled', 'more than ratePerSecond'));
  clock.pass(5000);
});
