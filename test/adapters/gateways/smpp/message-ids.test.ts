import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createMessageIds, type MessageIdForm } from '../../../../src/adapters/gateways/smpp/message-ids.ts';
import type { ReceiptRecord } from '../../../../src/ports/delivery-receipt.ts';
import { accepted, issue, settleText } from '../../../contracts/otp-orders.ts';
import { noteReceipt } from '../../../contracts/otp-steps.ts';
import { openStore } from '../../storage/sqlite/store-under-test.ts';

/** Texts that were answered with those ids, and what a receipt with another id comes to in the record. */
async function start(t: TestContext, form: MessageIdForm, answered: readonly string[]) {
  const store = openStore(t);
  const ids = createMessageIds('smpp', form);
  for (const [index, messageId] of answered.entries()) {
    const requestId = `send-${index}`;
    await issue(store, requestId);
    const receiptKey = ids.receiptKeyOf(messageId);
    await settleText(store, { ...accepted(requestId), text: { gateway: 'smpp', messageId, receiptKey } });
  }
  /** Which of the texts has it; or why none. */
  const receive = async (id: string): Promise<number | ReceiptRecord['kind'] | 'no id'> => {
    const names = ids.namesOf(id);
    if (names === undefined) return 'no id';
    const receipt = { gateway: 'smpp', ...names, state: 'delivered', detail: `got ${id}` } as const;
    const record = await noteReceipt(store, receipt, 1);
    if (record.kind !== 'recorded') return record.kind;
    for (const index of answered.keys()) {
      const [history] = await store.history(`send-${index}`);
      if (JSON.stringify(history).includes(`got ${id}`)) return index;
    }
    return record.kind;
  };
  return { receive, ids };
}

for (const [form, answered, received] of [
  ['auto', '4711', '0000004711'],
  ['auto', '0000004711', '4711'],
  ['auto', '911897980', '0911897980'],
  ['auto', '00B8BE19', 'B8BE19'],
  ['auto', 'a1b2c3d4', 'A1B2C3D4'],
  ['auto', '1A2B3C', '0001a2b3c'],
  ['auto', '1a2b3c', '0001715004'],
  ['auto', '0001715004', '1A2B3C'],
  ['auto', 'FFFFFFFFFFFFFFFF', '18446744073709551615'],
  ['auto', '550E8400-E29B-41D4-A716-446655440000', '550e8400-e29b-41d4-a716-446655440000'],
  ['auto', 'abc-4722-DEF', 'abc-4722-DEF'],
  ['auto', '{4726}', '{4726}'],
  ['auto', 'id_1', 'id_1'],
  ['auto', '0', '0000'],
  ['auto', '1A2B3C', '  1a2b3c'],
  ['auto', '0x1A2B3C', '001a2b3c'],
  ['auto', '1A2B3C', '0X001a2b3c'],
  ['auto', '0x1A2B3C', '1715004'],
  ['hex', '0x00B8BE19', 'b8be19'],
  ['hex-then-decimal', '0x1a2b3c', '001715004'],
  ['decimal-then-hex', '001715004', '0x1A2B3C'],
  ['auto', '1A2B3C  ', ' 0001715004'],
  ['same', 'id_1 ', 'id_1'],
  ['hex-then-decimal', '00AbCdEf01 ', ' 2882400001'],
  ['same', '4711', '0000004711'],
  ['same', '00AbCdEf01', 'abcdef01'],
  ['decimal', '4711', '0000004711'],
  ['hex', '00B8BE19', 'b8be19'],
  ['hex', '4711', '00004711'],
  ['hex-then-decimal', '00AbCdEf01', '2882400001'],
  ['hex-then-decimal', '4711', '18193'],
  ['decimal-then-hex', '02882400001', 'abcdef01'],
  ['decimal-then-hex', '18193', '00004711'],
] as const) {
  test(`[OQ-76] SMPP: ${answered} and ${received} are one id where ids are ${form}`, async (t) => {
    const { receive } = await start(t, form, ['other', answered]);
    assert.equal(await receive(received), 1);
  });
}

for (const [form, answered, received, came] of [
  // The same word goes before the same number.
  ['auto', ['0012', '12'], '12', 1],
  ['auto', ['0012', '12'], '0012', 0],
  // Hexadecimal or decimal: nobody can know.
  ['auto', ['186a0', '100000'], '100000', 'ambiguous'],
  ['auto', ['1048576', '100000'], '100000', 'ambiguous'],
  // A number without a letter is no proof of another base.
  ['auto', ['4711'], '1267', 'unmatched'],
  ['auto', ['1267'], '4711', 'unmatched'],
  ['auto', ['186a0', 'ff'], '100000', 0],
  ['auto', ['Ab_1'], 'aB_1', 'unmatched'],
  ['auto', ['G012'], 'G12', 'unmatched'],
  ['same', ['1a2b3c'], '0001715004', 'unmatched'],
  // The same digits in the other base are another text's.
  ['decimal-then-hex', ['17', '11'], '11', 0],
  ['decimal-then-hex', ['11'], '11', 'unmatched'],
  ['hex-then-decimal', ['11', '17'], '17', 0],
  ['decimal', ['1715004'], '1a2b3c', 'no id'],
  ['hex-then-decimal', ['1a2b3c'], '1a2b3c', 'no id'],
] as const) {
  test(`[OQ-76] SMPP: of ${answered.join(' and ')}, ${received} is ${came} where ids are ${form}`, async (t) => {
    const { receive } = await start(t, form, answered);
    assert.equal(await receive(received), came);
  });
}

test('[OQ-76] SMPP: once both places had a letter, numbers are read in no other base', async (t) => {
  const { receive } = await start(t, 'auto', ['186a0', 'ff']);
  assert.equal(await receive('FF'), 1);
  assert.equal(await receive('100000'), 'unmatched');
});

test('SMPP: texts that an earlier version filed are still found', async (t) => {
  for (const [form, messageId, receiptKey, received] of [
    ['auto', '00AbCdEf01', 'smpp:00AbCdEf01', '00AbCdEf01'],
    ['same', '00AbCdEf01', 'smpp:00AbCdEf01', '00AbCdEf01'],
    ['hex-then-decimal', '00AbCdEf01', 'smpp:2882400001', '02882400001'],
    ['decimal-then-hex', '02882400001', 'smpp:2882400001', 'ABCDEF01'],
  ] as const) {
    const store = openStore(t);
    await issue(store, 'send-1');
    await settleText(store, { ...accepted('send-1'), text: { gateway: 'smpp', messageId, receiptKey } });
    const names = createMessageIds('smpp', form).namesOf(received);
    assert.ok(names);
    const record = await noteReceipt(store, { gateway: 'smpp', ...names, state: 'delivered', detail: '' }, 1);
    assert.equal(record.kind, 'recorded', form);
  }
});
