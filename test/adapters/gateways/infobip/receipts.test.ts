import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createInfobipReader } from '../../../../src/adapters/gateways/infobip/receipts.ts';
import type { ReceiptProof } from '../../../../src/adapters/gateways/shared/receipt-proof.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { exampleNumber } from '../shared/gateway-stand-in.ts';
import {
  assertSilent,
  callOf,
  jsonCall,
  receiptIn,
  reference,
  strangerTests,
} from '../shared/receipt-cases.ts';

const url = 'https://receipts.bank.example/receipts/infobip';
const basic: ReceiptProof = { kind: 'basic', user: 'infobip', password: new Secret('a-password-of-ours') };
const credentials = Buffer.from('infobip:a-password-of-ours').toString('base64');
const headers = { authorization: `Basic ${credentials}` };

const groups = { 1: 'PENDING', 2: 'UNDELIVERABLE', 3: 'DELIVERED', 4: 'EXPIRED', 5: 'REJECTED' };

const reportOf = (groupId: keyof typeof groups | 0 | 99, name: string, more: object = {}) => ({
  bulkId: 'BULK-ID-123-xyz',
  messageId: reference,
  to: exampleNumber.slice(1),
  sentAt: '2026-11-24T16:00:00.000+0000',
  doneAt: '2026-11-24T16:00:00.000+0000',
  messageCount: 1,
  price: { pricePerMessage: 0.01, currency: 'EUR' },
  status: {
    groupId,
    groupName: Object.entries(groups).find(([id]) => id === String(groupId))?.[1],
    id: 5,
    name,
    description: `Message to ${exampleNumber}`,
  },
  error: { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR', description: 'No Error', permanent: false },
  ...more,
});

const results = (...reports: readonly object[]) => ({ results: reports });
const delivered = results(reportOf(3, 'DELIVERED_TO_HANDSET'));

strangerTests(
  'Infobip',
  () => createInfobipReader('infobip', basic),
  () => jsonCall(url, delivered, headers),
);

test('Infobip: the final groups, with the names for the record', async () => {
  const read = createInfobipReader('infobip', basic);
  assert.deepEqual(await receiptIn(read, jsonCall(url, delivered, headers)), {
    gateway: 'infobip',
    receiptKey: `infobip:${reference}`,
    state: 'delivered',
    detail: 'DELIVERED_TO_HANDSET',
  });
  const absent = { error: { groupId: 1, id: 27, name: 'EC_ABSENT_SUBSCRIBER' } };
  for (const group of [2, 4, 5] as const) {
    const body = results(reportOf(group, 'UNDELIVERABLE_NOT_DELIVERED', absent));
    const { state, detail } = await receiptIn(read, jsonCall(url, body, headers));
    assert.deepEqual([state, detail], ['undelivered', 'UNDELIVERABLE_NOT_DELIVERED EC_ABSENT_SUBSCRIBER']);
  }
  for (const group of [0, 1, 99] as const) {
    await assertSilent(read, jsonCall(url, results(reportOf(group, 'X')), headers), String(group));
  }
});

test('Infobip: several reports in one call, those of other texts among them', async () => {
  const read = createInfobipReader('infobip', basic);
  const other = 'zzzzzzzzzzzzzzzz';
  const body = results(
    reportOf(3, 'DELIVERED_TO_HANDSET'),
    reportOf(3, 'DELIVERED_TO_HANDSET', { messageId: '12db39c3-7822-4e72-a3ec-c87442c0ffc5' }),
    reportOf(4, 'EXPIRED_EXPIRED', { messageId: other }),
    {},
  );
  const reading = await read(jsonCall(url, body, headers));
  assert.ok(reading.kind === 'receipts');
  const told = reading.receipts.map(({ receiptKey, state }) => [receiptKey, state]);
  assert.deepEqual(told, [
    [`infobip:${reference}`, 'delivered'],
    [`infobip:${other}`, 'undelivered'],
  ]);
});

test('Infobip: what it does not document is unreadable, once it has signed in', async () => {
  const read = createInfobipReader('infobip', basic);
  for (const body of ['', '{', 'null', '[]', '{"results":{}}', '<reportResponse/>']) {
    assert.deepEqual(await read(callOf(url, body, headers)), { kind: 'unreadable' }, body);
  }
});

test('Infobip: a signed URL speaks for its own text and for no other', async () => {
  const key = 'a-key-of-our-own-32-characters-long';
  const read = createInfobipReader('infobip', { kind: 'signed-url', key: new Secret(key) });
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  const own = `${url}?reference=${reference}&signature=${sign(`infobip\n${reference}`)}`;
  assert.equal((await receiptIn(read, jsonCall(own, delivered))).receiptKey, `infobip:${reference}`);
  const foreign = results(reportOf(3, 'DELIVERED_TO_HANDSET', { messageId: 'zzzzzzzzzzzzzzzz' }));
  await assertSilent(read, jsonCall(own, foreign), 'of another text');
  const forged = [
    own.replace(reference, 'zzzzzzzzzzzzzzzz'),
    `${url}?reference=${reference}&signature=${sign(`other\n${reference}`)}`,
    `${url}?reference=${reference}&signature=`,
    `${url}?reference=${reference}`,
    url,
  ];
  for (const each of forged) {
    assert.deepEqual(await read(jsonCall(each, delivered)), { kind: 'unauthenticated' }, each);
  }
});
