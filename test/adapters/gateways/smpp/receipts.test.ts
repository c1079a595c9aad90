import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryReceipt, StrayReceipt } from '../../../../src/ports/delivery-receipt.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { exampleMessage } from '../shared/gateway-stand-in.ts';
import { type Smsc, startSmsc } from './smpp-server.ts';
import { keepReceipts, openSmpp } from './smpp-under-test.ts';

const text = (id: string, stat: string, err = '000') =>
  `id:${id} sub:001 dlvrd:001 submit date:2601011200 done date:2601011201 stat:${stat} err:${err} text:Use 907214 for`;

/** Delivers one and resolves with the status that Net::SMPP was answered. */
async function deliver(smsc: Smsc, fields: object, session = 1): Promise<string | number | undefined> {
  const answered = await smsc.count('deliver_sm_resp');
  await smsc.order({ do: 'deliver', session, fields: { esm_class: 4, ...fields } });
  return (await smsc.seen('deliver_sm_resp', answered + 1))['status'];
}

/** Without the other readings of its id. */
const bare = (receipts: readonly DeliveryReceipt[]) =>
  receipts.map(({ otherKeys, rivalKeys, ...receipt }) => receipt);

const receiptOf = (key: string, state: DeliveryReceipt['state'], detail: string) => ({
  gateway: 'smpp',
  receiptKey: `smpp:${key}`,
  state,
  detail,
});

test('SMPP: a receipt names its text by the key that the text was accepted with', async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  const delivery = await openSmpp(t, smsc.port, {}, { onReceipt }).send(
    exampleMessage,
    deadlineAfter(30_000),
  );
  assert.equal(await deliver(smsc, { short_message: text('id_1', 'DELIVRD') }), 0);
  assert.deepEqual(bare(receipts), [receiptOf('id_1', 'delivered', 'DELIVRD, err 000')]);
  assert.equal(delivery.kind === 'accepted' && delivery.receiptKey, receipts[0]?.receiptKey);
});

test('SMPP: every final state is told by text and by parameters, and others are not', async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  const states = [
    ['DELIVRD', 2, 'delivered'],
    ['EXPIRED', 3, 'undelivered'],
    ['DELETED', 4, 'undelivered'],
    ['UNDELIV', 5, 'undelivered'],
    ['REJECTD', 8, 'undelivered'],
    ['ENROUTE', 1, undefined],
    ['ACCEPTD', 6, undefined],
    ['UNKNOWN', 7, undefined],
    ['SKIPPED', 9, 'undelivered'],
    ['SCHEDULED', 0, undefined],
  ] as const;
  for (const [word, value, state] of states) {
    assert.equal(await deliver(smsc, { short_message: text('T-1', word, '1A') }), 0);
    assert.equal(await deliver(smsc, { receipted_message_id: 'P-1', message_state: value }), 0);
    const expected = state && [receiptOf('T-1', state, `${word}, err 1A`), receiptOf('P-1', state, word)];
    assert.deepEqual(bare(receipts.splice(0)), expected ?? [], word);
  }
});

test('SMPP: parameters go before the text, wherever that is and however it is written', async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  await deliver(smsc, {
    short_message: text('T-1', 'UNDELIV'),
    receipted_message_id: 'P-1',
    message_state: 2,
  });
  await deliver(smsc, { short_message: text('T-1', 'UNDELIV'), receipted_message_id: 'P-1' });
  await deliver(smsc, { short_message: '', message_payload: text('T-2', 'delivrd') });
  await deliver(smsc, { short_message: text('a_b@c', 'DELIVRD'), data_coding: 3 });
  await deliver(smsc, { short_message: text('T-5', 'REJECTD', '907214') });
  assert.deepEqual(bare(receipts), [
    receiptOf('P-1', 'delivered', 'DELIVRD, err 000'),
    receiptOf('P-1', 'undelivered', 'UNDELIV, err 000'),
    receiptOf('T-2', 'delivered', 'DELIVRD, err 000'),
    receiptOf('a_b@c', 'delivered', 'DELIVRD, err 000'),
    receiptOf('T-5', 'undelivered', 'REJECTD'),
  ]);
});

test('SMPP: texts from phones, intermediate notes and what is not understood are taken, and the last are told of', async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  const strays: string[] = [];
  const onStray = ({ outcome, detail }: StrayReceipt) => strays.push(`${outcome}: ${detail}`);
  openSmpp(t, smsc.port, {}, { onReceipt, onStray });
  await smsc.bound();
  for (const [fields, told] of [
    [{ esm_class: 0, short_message: 'STOP' }, undefined],
    [{ esm_class: 0x40, short_message: '\u0005\u0000\u0003\u0001STOP' }, undefined],
    [{ esm_class: 0, short_message: text('T-1', 'DELIVRD') }, 'unreadable: not marked as a receipt'],
    [{ esm_class: 0x20, short_message: text('T-1', 'DELIVRD') }, 'not-final: DELIVRD'],
    [{ short_message: text('T-1', 'ENROUTE') }, 'not-final: ENROUTE'],
    [{ short_message: 'stat:DELIVRD' }, 'unreadable: no message id, DELIVRD'],
    [{ short_message: 'id: stat:DELIVRD' }, 'unreadable: no message id, DELIVRD'],
    [{ short_message: 'id:T-3 text:id:T-4 stat:DELIVRD' }, 'unreadable: no state'],
    [{ short_message: text('T-1', 'Arrived') }, 'unreadable: state ARRIVED'],
    [{ short_message: text('T-1', '907214') }, 'unreadable: no state'],
    [{ short_message: '' }, 'unreadable: no state'],
    [{ receipted_message_id: 'T-1' }, 'unreadable: no state'],
  ] as const) {
    assert.equal(await deliver(smsc, fields), 0);
    assert.deepEqual(strays.splice(0), told === undefined ? [] : [told]);
  }
  assert.deepEqual(receipts, []);
});

test('[OQ-76] SMPP: parameters make a receipt, whatever esm_class says', async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  for (const esm_class of [0, 4, 8, 0x20, 0x40]) {
    const fields = { esm_class, receipted_message_id: 'P-1', message_state: 2, short_message: '' };
    assert.equal(await deliver(smsc, fields), 0);
    assert.deepEqual(bare(receipts.splice(0)), [receiptOf('P-1', 'delivered', 'DELIVRD')], `${esm_class}`);
  }
  await deliver(smsc, { receipted_message_id: 'P-1', short_message: 'stat:DELIVRD' });
  assert.equal(receipts.length, 1);
});

test("SMPP: receipts are read in vendors' words and layouts", async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  for (const [words, state, detail] of [
    [text('T-1', 'DELIVERED'), 'delivered', 'DELIVERED, err 000'],
    [
      'id:T-1,sub:001,dlvrd:001,submit date:2601011200,done date:2601011201,stat:DELIVRD,err:000,text:Use',
      'delivered',
      'DELIVRD, err 000',
    ],
    ['id: T-1 sub: 001 stat: DELIVRD err: 000 text: Use', 'delivered', 'DELIVRD, err 000'],
    ['stat:DELIVRD id:T-1', 'delivered', 'DELIVRD'],
    ['stat:UNDELIVERABLE;err:0a1;id:T-1', 'undelivered', 'UNDELIVERABLE, err 0a1'],
    ['Id:T-1 Stat:Rejected Err:12', 'undelivered', 'REJECTED, err 12'],
    ['id:T-1\r\nstat:EXPIRED\r\n', 'undelivered', 'EXPIRED'],
    ['ID="T-1" STATUS="delivered"', 'delivered', 'DELIVERED'],
    ['message_id:T-1 state:FAILED', 'undelivered', 'FAILED'],
  ] as const) {
    assert.equal(await deliver(smsc, { short_message: words }), 0);
    assert.deepEqual(bare(receipts.splice(0)), [receiptOf('T-1', state, detail)], words);
  }
  const ucs2 = Buffer.from('id:T-1 stat:DELIVRD', 'utf16le').swap16().toString('latin1');
  await deliver(smsc, { short_message: ucs2, data_coding: 8 });
  assert.equal(receipts.length, 1);
});

test('SMPP: a receipt is answered only once it is taken, and answers to others do not wait for it', async (t) => {
  const smsc = await startSmsc(t);
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  const onReceipt = () => {
    asked += 1;
    return gate.promise;
  };
  openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  const slow = deliver(smsc, { short_message: text('T-1', 'DELIVRD') });
  await t.waitFor(() => assert.equal(asked, 1), { timeout: 10_000 });
  // What is asked later is answered meanwhile.
  await smsc.bound();
  assert.equal(await smsc.count('deliver_sm_resp'), 0);
  gate.resolve();
  assert.equal(await slow, 0);
});

test('SMPP: when a receipt can not be recorded the gateway is told to repeat it', async (t) => {
  const smsc = await startSmsc(t);
  let down = true;
  const { receipts, onReceipt } = keepReceipts(async () => {
    if (down) throw new UnavailableError('the store is down');
  });
  openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  const again = { short_message: text('T-1', 'DELIVRD') };
  assert.equal(await deliver(smsc, again), 0x64, 'ESME_RX_T_APPN');
  down = false;
  assert.equal(await deliver(smsc, again), 0);
  assert.equal(receipts.length, 2);
});

test('SMPP: receipts before the answers to their texts, in another order and twice, are all told', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const { receipts, onReceipt } = keepReceipts();
  const gateway = openSmpp(t, smsc.port, {}, { onReceipt });
  const sending = ['A', 'B'].map(() => gateway.send(exampleMessage, deadlineAfter(30_000)));
  const second = await smsc.seen('submit_sm', 2);
  const first = await smsc.seen('submit_sm', 1);
  for (const id of ['B-1', 'A-1', 'B-1'])
    assert.equal(await deliver(smsc, { short_message: text(id, 'DELIVRD') }), 0);
  await smsc.order({ do: 'accept', session: 1, seq: second.seq, messageId: 'B-1' });
  await smsc.order({ do: 'accept', session: 1, seq: first.seq, messageId: 'A-1' });
  const keys = (await Promise.all(sending)).map(
    (delivery) => 'receiptKey' in delivery && delivery.receiptKey,
  );
  assert.deepEqual(keys, ['smpp:a-1', 'smpp:b-1'], 'filed in lower case, which both can be read as');
  assert.deepEqual(
    receipts.map(({ receiptKey }) => receiptKey),
    ['smpp:B-1', 'smpp:A-1', 'smpp:B-1'],
  );
});

test('SMPP: an id that is filled up with spaces is that of its receipt', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const { receipts, onReceipt } = keepReceipts();
  const gateway = openSmpp(t, smsc.port, {}, { onReceipt });
  const sending = gateway.send(exampleMessage, deadlineAfter(30_000));
  const { seq } = await smsc.seen('submit_sm');
  await smsc.order({ do: 'accept', session: 1, seq, messageId: '4711    ' });
  const delivery = await sending;
  assert.equal(delivery.kind === 'accepted' && delivery.messageId, '4711');
  await deliver(smsc, { receipted_message_id: '4711    ', message_state: 2 });
  assert.equal(receipts[0]?.receiptKey, 'receiptKey' in delivery && delivery.receiptKey);
});

test('SMPP: while receipts wait to be taken none is refused, and texts are answered', async (t) => {
  const smsc = await startSmsc(t);
  const gate = Promise.withResolvers<void>();
  let taken = 0;
  const onReceipt = async () => {
    await gate.promise;
    taken += 1;
  };
  const gateway = openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  const fields = { esm_class: 4, short_message: text('T-1', 'DELIVRD') };
  for (let count = 0; count < 200; count += 1) await smsc.order({ do: 'deliver', session: 1, fields });
  assert.equal((await gateway.send(exampleMessage, deadlineAfter(30_000))).kind, 'accepted');
  for (let count = 0; count < 200; count += 1) await smsc.order({ do: 'deliver', session: 1, fields });
  assert.equal(await smsc.count('deliver_sm_resp'), 0);
  gate.resolve();
  await smsc.seen('deliver_sm_resp', 400);
  const answers = smsc.events.filter(({ event }) => event === 'deliver_sm_resp');
  assert.ok(answers.every(({ status }) => status === 0));
  assert.equal(taken, 400);
});
