import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { exampleMessage } from '../shared/gateway-stand-in.ts';
import { startSmsc } from './smpp-server.ts';
import { keepReceipts, openSmpp } from './smpp-under-test.ts';

const send = (gateway: SmsGateway) => gateway.send(exampleMessage, deadlineAfter(30_000));

const hex32 = (value: number) => value.toString(16).padStart(8, '0');

/** A PDU as hexadecimal, of the length that its body has or of another. */
const pdu = (command: number, sequence: number, body = '', octets = 16 + body.length / 2, status = 0) =>
  [octets, command, status, sequence].map(hex32).join('') + body;

for (const [what, hex] of [
  ['a length of nothing', '00000000'],
  ['a length of 4', '00000004'],
  ['a length of 15', `0000000f${'00'.repeat(11)}`],
  ['a length of 16 KiB and more', '00004001'],
  ['a length of 4 GiB', 'ffffffff'],
  ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n').toString('hex')],
] as const) {
  test(`SMPP: ${what} ends the session at once, and a new one is opened`, async (t) => {
    const smsc = await startSmsc(t);
    const clock = new TestClock();
    const gateway = openSmpp(t, smsc.port, {}, { clock });
    await smsc.bound();
    await smsc.order({ do: 'raw', session: 1, hex });
    await smsc.seen('closed');
    // The other side may know of the end before this one does.
    await t.waitFor(() => assert.equal(clock.waitingWithin(500), 1), { timeout: 10_000 });
    clock.pass(500);
    assert.equal((await send(gateway)).kind, 'accepted');
  });
}

for (const [what, hex] of [
  ['an answer to nothing', pdu(0x80000004, 0x00ffffff, '696400')],
  ['an answer to sequence number 0', pdu(0x80000004, 0, '696400')],
  ['an answer of no known kind', pdu(0x800000ff, 0x00ffffff)],
  ['a generic_nack for nothing', pdu(0x80000000, 0x00ffffff, '', 16, 3)],
  ['a deliver_sm without a body', pdu(0x05, 77)],
  ['a deliver_sm that ends in the middle', pdu(0x05, 77, '00010131')],
  ['a text longer than its deliver_sm', pdu(0x05, 77, `${'00'.repeat(16)}ff41`)],
  ['a parameter longer than its PDU', pdu(0x05, 77, `${'00'.repeat(17)}001effff41`)],
  ['a parameter without its value', pdu(0x05, 77, `${'00'.repeat(17)}04270001`)],
  ['a request of no known kind', pdu(0xff, 77, '414243')],
  ['an alert_notification', pdu(0x102, 77, '000041000000004200')],
  ['a submit_sm', pdu(0x04, 77)],
  ['a bind', pdu(0x09, 77, '00000034000000')],
] as const) {
  test(`SMPP: ${what} does no harm`, async (t) => {
    const smsc = await startSmsc(t);
    const { receipts, onReceipt } = keepReceipts();
    const gateway = openSmpp(t, smsc.port, {}, { onReceipt });
    await smsc.bound();
    await smsc.order({ do: 'raw', session: 1, hex });
    assert.equal((await send(gateway)).kind, 'accepted');
    assert.equal(await smsc.count('closed'), 0);
    assert.deepEqual(receipts, []);
  });
}

test('SMPP: a PDU in single octets is the same PDU', async (t) => {
  const smsc = await startSmsc(t);
  openSmpp(t, smsc.port);
  await smsc.bound();
  const octets = pdu(0x15, 4711).match(/../g) ?? [];
  for (const hex of octets) await smsc.order({ do: 'raw', session: 1, hex });
  assert.equal((await smsc.seen('enquire_link_resp', 2)).seq, 4711);
});

test('SMPP: a request that can not be read is answered with its fault', async (t) => {
  const smsc = await startSmsc(t);
  openSmpp(t, smsc.port);
  await smsc.bound();
  await smsc.order({ do: 'raw', session: 1, hex: pdu(0xff, 77) });
  const { seq, status } = await smsc.seen('generic_nack');
  assert.deepEqual([seq, status], [77, 3], 'ESME_RINVCMDID');
  const broken = [
    pdu(0x05, 78),
    pdu(0x05, 78, '00010131'),
    pdu(0x05, 78, '313131'),
    pdu(0x05, 78, '00'.repeat(16)),
    pdu(0x05, 78, `${'00'.repeat(16)}ff41424344`),
    pdu(0x05, 78, `${'00'.repeat(17)}04270001`),
    pdu(0x05, 78, `${'00'.repeat(17)}001effff41`),
    pdu(0x103, 78),
  ];
  for (const [index, hex] of broken.entries()) {
    await smsc.order({ do: 'raw', session: 1, hex });
    const answer = await smsc.seen('generic_nack', 2 + index);
    assert.deepEqual([answer.seq, answer['status']], [78, 2], 'ESME_RINVCMDLEN');
  }
});

test('[OQ-28] SMPP: an answer to a text that is success of another kind leaves it unknown', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const sending = send(openSmpp(t, smsc.port));
  const { seq } = await smsc.seen('submit_sm');
  await smsc.order({ do: 'raw', session: 1, hex: pdu(0x80000015, seq) });
  assert.deepEqual(await sending, {
    kind: 'unknown',
    gateway: 'smpp',
    detail: 'success of another kind',
  });
});

test('SMPP: a text is refused by a generic_nack, and accepted without a message id', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const gateway = openSmpp(t, smsc.port);
  for (const [count, hex, kind] of [
    [1, (seq: number) => pdu(0x80000000, seq, '', 16, 3), 'refused'],
    [2, (seq: number) => pdu(0x80000004, seq), 'accepted'],
    [3, (seq: number) => pdu(0x80000004, seq, '', 16, 0x0b), 'refused'],
  ] as const) {
    const sending = send(gateway);
    const { seq } = await smsc.seen('submit_sm', count);
    await smsc.order({ do: 'raw', session: 1, hex: hex(seq) });
    assert.equal((await sending).kind, kind);
  }
});

test('SMPP: what can not be read of the answer to a text changes nothing about what its status says', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const gateway = openSmpp(t, smsc.port);
  for (const [index, [body, messageId]] of (
    [
      ['x-100', 'x-1'],
      ['x-200001e', 'x-2'],
      ['x-300001effff41', 'x-3'],
      ['x-40004270001', 'x-4'],
      ['x-5', 'x-5'],
    ] as const
  ).entries()) {
    const sending = send(gateway);
    const { seq } = await smsc.seen('submit_sm', index + 1);
    const hex = `${Buffer.from(messageId).toString('hex')}${body.slice(messageId.length)}`;
    await smsc.order({ do: 'raw', session: 1, hex: pdu(0x80000004, seq, hex) });
    const delivery = await sending;
    assert.equal(delivery.kind === 'accepted' && delivery.messageId, messageId);
  }
});

test('SMPP: the value of a parameter ends with its length, with a NUL and without', async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  const id = '001e0003782d31';
  const idWithNul = '001e0004782d3100';
  const state = '0427000102';
  const other = '14010003414243';
  const bodies = [
    id + state,
    state + id,
    id + other + state,
    idWithNul + state,
    other + idWithNul + state + other,
    `${id}${state}00`,
  ];
  for (const [index, parameters] of bodies.entries()) {
    await smsc.order({ do: 'raw', session: 1, hex: pdu(0x05, 90 + index, '00'.repeat(17) + parameters) });
    assert.equal((await smsc.seen('deliver_sm_resp', index + 1))['status'], 0);
    assert.deepEqual(
      receipts.splice(0).map(({ receiptKey, state: told }) => [receiptKey, told]),
      [['smpp:x-1', 'delivered']],
      parameters,
    );
  }
});

/** A server that answers every connection so, and then reads nothing. */
async function startRaw(t: TestContext, answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('SMPP: who asks and asks and does not read the answers is left', async (t) => {
  const closed = Promise.withResolvers<void>();
  const question = Buffer.from(pdu(0x15, 1), 'hex');
  const questions = Buffer.concat(Array.from({ length: 4096 }, () => question));
  const port = await startRaw(t, (socket) => {
    socket.pause();
    socket.on('close', () => closed.resolve());
    const ask = () => {
      while (socket.writable && socket.write(questions)) {}
      if (socket.writable) socket.once('drain', ask);
    };
    ask();
  });
  openSmpp(t, port, {}, { clock: new TestClock() });
  await closed.promise;
});

/** Binds whoever asks, and then writes those octets; tells how often it was bound and left. */
async function startFlood(t: TestContext, flood: (socket: Socket) => void) {
  const seen = { bound: 0, closed: 0 };
  const port = await startRaw(t, (socket) => {
    socket.on('close', () => {
      seen.closed += 1;
    });
    socket.once('data', () => {
      seen.bound += 1;
      socket.resume();
      socket.write(Buffer.from(pdu(0x80000009, 1, '00'), 'hex'));
      flood(socket);
    });
  });
  return { port, seen };
}

for (const [what, unit] of [
  ['enquire_link', pdu(0x15, 1)],
  ['commands of no known kind', pdu(0xff, 1)],
  ['answers to nothing', pdu(0x80000004, 0x00ffffff, '696400')],
] as const) {
  test(`SMPP: a flood of ${what} ends the session`, async (t) => {
    const flood = Buffer.concat(Array.from({ length: 5000 }, () => Buffer.from(unit, 'hex')));
    const { port, seen } = await startFlood(t, (socket) => socket.write(flood));
    openSmpp(t, port, {}, { clock: new TestClock() });
    await t.waitFor(() => assert.equal(seen.closed, 1), { timeout: 10_000 });
  });
}

test('SMPP: a flood of deliveries is worked off, and everything else has its turn in between', async (t) => {
  const message = pdu(0x05, 1, `${'00'.repeat(16)}0453544f50`);
  const count = 50_000;
  const flood = Buffer.concat(Array.from({ length: count }, () => Buffer.from(message, 'hex')));
  let answered = 0;
  const { port } = await startFlood(t, (socket) => {
    socket.on('data', (chunk: Buffer) => {
      answered += chunk.length;
    });
    socket.write(flood);
  });
  let turns = 0;
  let goesOn = true;
  const turn = () => {
    turns += 1;
    if (goesOn) setImmediate(turn);
  };
  turn();
  openSmpp(t, port, {}, { clock: new TestClock() });
  await t.waitFor(() => assert.ok(answered >= count * 17, `${answered}`), { timeout: 30_000 });
  goesOn = false;
  // As many turns at least as there were portions of 64.
  assert.ok(turns > count / 64, `${turns} turns`);
});
