import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryReceipt } from '../../../src/ports/delivery-receipt.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { deadlineAfter } from '../../contracts/sms-gateway.ts';
import { exampleMessage } from './gateway-stand-in.ts';
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

const receiptOf = (key: string, state: DeliveryReceipt['state'], detail: string) => ({
  gateway: 'smpp',
  receiptKey: `smpp:${key}`,
  state,
  detail,
});

test('SMPP: a receipt names its text by the key that the text was accepted with', async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  const delivery = await openSmpp(t, smsc.port, {}, { onReceipt }).send(exampleMessage, deadlineAfter(5000));
  assert.equal(await deliver(smsc, { short_message: text('id_1', 'DELIVRD') }), 0);
  assert.deepEqual(receipts, [receiptOf('id_1', 'delivered', 'DELIVRD, err 000')]);
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
    ['SKIPPED', 9, undefined],
  ] as const;
  for (const [word, value, state] of states) {
    assert.equal(await deliver(smsc, { short_message: text('T-1', word, '1A') }), 0);
    assert.equal(await deliver(smsc, { receipted_message_id: 'P-1', message_state: value }), 0);
    const expected = state && [receiptOf('T-1', state, `${word}, err 1A`), receiptOf('P-1', state, word)];
    assert.deepEqual(receipts.splice(0), expected ?? [], word);
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
  // What the text message says is not what the receipt says.
  await deliver(smsc, { short_message: 'id:T-3 text:id:T-4 stat:DELIVRD' });
  await deliver(smsc, { short_message: text('T-5', 'REJECTD', '907214') });
  assert.deepEqual(receipts, [
    receiptOf('P-1', 'delivered', 'DELIVRD, err 000'),
    receiptOf('P-1', 'undelivered', 'UNDELIV, err 000'),
    receiptOf('T-2', 'delivered', 'DELIVRD, err 000'),
    receiptOf('a_b@c', 'delivered', 'DELIVRD, err 000'),
    receiptOf('T-5', 'undelivered', 'REJECTD'),
  ]);
});

test('SMPP: texts from phones, intermediate notes and receipts without an id are taken and dropped', async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  assert.equal(await deliver(smsc, { esm_class: 0, short_message: text('T-1', 'DELIVRD') }), 0);
  assert.equal(await deliver(smsc, { esm_class: 0x20, short_message: text('T-1', 'DELIVRD') }), 0);
  assert.equal(await deliver(smsc, { esm_class: 0x40, short_message: '\u0005\u0000\u0003\u0001STOP' }), 0);
  assert.equal(await deliver(smsc, { short_message: 'stat:DELIVRD' }), 0);
  assert.equal(await deliver(smsc, { short_message: '' }), 0);
  assert.deepEqual(receipts, []);
});

test('SMPP: a receipt is answered only once it is recorded; repeated and unmatched ones are fine', async (t) => {
  const smsc = await startSmsc(t);
  const gate = Promise.withResolvers<'recorded' | 'repeated' | 'unmatched'>();
  const answers = ['repeated', 'unmatched'] as const;
  let asked = 0;
  const onReceipt = async () => answers[asked++ - 1] ?? gate.promise;
  openSmpp(t, smsc.port, {}, { onReceipt });
  await smsc.bound();
  const slow = deliver(smsc, { short_message: text('T-1', 'DELIVRD') });
  await t.waitFor(() => assert.equal(asked, 1), { timeout: 10_000 });
  // What is asked later is answered meanwhile.
  await smsc.bound();
  assert.equal(await smsc.count('deliver_sm_resp'), 0);
  gate.resolve('recorded');
  assert.equal(await slow, 0);
  for (const _ of answers) assert.equal(await deliver(smsc, { short_message: text('T-1', 'DELIVRD') }), 0);
  assert.equal(asked, 3);
});

test('SMPP: when a receipt can not be recorded the gateway is told to repeat it', async (t) => {
  const smsc = await startSmsc(t);
  let down = true;
  const { receipts, onReceipt } = keepReceipts(async () => {
    if (down) throw new UnavailableError('the store is down');
    return 'recorded';
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
  const sending = ['A', 'B'].map(() => gateway.send(exampleMessage, deadlineAfter(5000)));
  const second = await smsc.seen('submit_sm', 2);
  const first = await smsc.seen('submit_sm', 1);
  for (const id of ['B', 'A', 'B'])
    assert.equal(await deliver(smsc, { short_message: text(id, 'DELIVRD') }), 0);
  await smsc.order({ do: 'accept', session: 1, seq: second.seq, messageId: 'B' });
  await smsc.order({ do: 'accept', session: 1, seq: first.seq, messageId: 'A' });
  const keys = (await Promise.all(sending)).map(
    (delivery) => 'receiptKey' in delivery && delivery.receiptKey,
  );
  assert.deepEqual(keys, ['smpp:A', 'smpp:B']);
  assert.deepEqual(
    receipts.map(({ receiptKey }) => receiptKey),
    ['smpp:B', 'smpp:A', 'smpp:B'],
  );
});

for (const [form, inAnswer, inReceipt, key] of [
  ['hex-then-decimal', '00AbCdEf01', '2882400001', '2882400001'],
  ['decimal-then-hex', '02882400001', 'abcdef01', '2882400001'],
  ['same', '00AbCdEf01', '00AbCdEf01', '00AbCdEf01'],
] as const) {
  test(`SMPP: message ids that are ${form} find each other`, async (t) => {
    const smsc = await startSmsc(t, { submit: 'silence' });
    const { receipts, onReceipt } = keepReceipts();
    const gateway = openSmpp(t, smsc.port, { messageIds: form }, { onReceipt });
    const sending = gateway.send(exampleMessage, deadlineAfter(5000));
    const { seq } = await smsc.seen('submit_sm');
    await smsc.order({ do: 'accept', session: 1, seq, messageId: inAnswer });
    const receiptKey = `smpp:${key}`;
    assert.deepEqual(await sending, { kind: 'accepted', gateway: 'smpp', messageId: inAnswer, receiptKey });
    await deliver(smsc, { short_message: text(inReceipt, 'DELIVRD') });
    assert.equal(receipts[0]?.receiptKey, receiptKey);
  });
}

test('SMPP: a flood of receipts that nobody records yet is told to come again', async (t) => {
  const smsc = await startSmsc(t);
  const gate = Promise.withResolvers<'recorded'>();
  openSmpp(t, smsc.port, {}, { onReceipt: () => gate.promise });
  await smsc.bound();
  const fields = { esm_class: 4, short_message: text('T-1', 'DELIVRD') };
  for (let count = 0; count < 65; count += 1) await smsc.order({ do: 'deliver', session: 1, fields });
  assert.equal((await smsc.seen('deliver_sm_resp'))['status'], 0x64, 'ESME_RX_T_APPN');
  gate.resolve('recorded');
  assert.equal((await smsc.seen('deliver_sm_resp', 65))['status'], 0);
});
