import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryReceipt, ReceiptCall, ReceiptReader } from '../../../../src/ports/delivery-receipt.ts';
import { exampleMessage, exampleNumber } from './gateway-stand-in.ts';

export const { reference } = exampleMessage;

/** A call as a gateway makes it. */
export function callOf(
  url: string,
  body: string,
  headers: ReceiptCall['headers'] = {},
  method = 'POST',
): ReceiptCall {
  return { method, url, headers, body: Buffer.from(body) };
}

export const formCall = (url: string, fields: Readonly<Record<string, string>>, headers = {}) =>
  callOf(url, new URLSearchParams(fields).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    ...headers,
  });

export const jsonCall = (url: string, body: unknown, headers = {}) =>
  callOf(url, JSON.stringify(body), { 'content-type': 'application/json', ...headers });

/** The one receipt of a call. Fails if there is another number of them. */
export async function receiptIn(read: ReceiptReader, call: ReceiptCall): Promise<DeliveryReceipt> {
  const reading = await read(call);
  assert.equal(reading.kind, 'receipts', JSON.stringify(reading));
  assert.equal(reading.receipts.length, 1, JSON.stringify(reading));
  const [receipt] = reading.receipts;
  assert.ok(receipt);
  const told = JSON.stringify(receipt);
  assert.ok(!told.includes(exampleNumber.slice(1)), `the number is told: ${told}`);
  return receipt;
}

export async function assertSilent(read: ReceiptReader, call: ReceiptCall, why: string): Promise<void> {
  assert.deepEqual(await read(call), { kind: 'receipts', receipts: [] }, why);
}

/** What nobody signed, in the shapes that strangers send. `proof` is what in body or URL makes a call genuine. */
export function strangerTests(
  name: string,
  open: () => ReceiptReader,
  genuine: () => ReceiptCall,
  proof = /$^/,
): void {
  test(`${name}: what nothing proves to be the gateway's is not believed, whatever it is`, async () => {
    const read = open();
    const { url, method, body } = genuine();
    assert.equal((await read(genuine())).kind, 'receipts', 'the genuine one is believed');
    const unsigned = Buffer.from(Buffer.from(body).toString().replace(proof, ''));
    const json = { 'content-type': 'application/json' };
    const calls: readonly ReceiptCall[] = [
      { url, method, body: unsigned, headers: {} },
      { url, method, body: unsigned, headers: json },
      { url: url.replace(/\?.*/, ''), method, body: unsigned, headers: {} },
      { url, method, body: Buffer.from(''), headers: {} },
      { url: '', method: 'GET', body: Buffer.from(''), headers: {} },
      { url, method, body: Buffer.from('{"a":'), headers: json },
      { url, method, body: Buffer.from('null'), headers: json },
      { url, method, body: Buffer.from([0xff, 0xfe, 0x00]), headers: {} },
      { url, method, body: Buffer.from('[['.repeat(30_000)), headers: json },
      { url, method, body: Buffer.from('a=%ZZ&&==&'), headers: {} },
      { url, method, body: Buffer.from('x'.repeat(65_536)), headers: {} },
    ];
    for (const authorization of [undefined, '', 'Bearer a.b.c', 'Basic Og==', 'Basic']) {
      for (const call of calls) {
        const reading = await read({ ...call, headers: { ...call.headers, authorization } });
        assert.deepEqual(reading, { kind: 'unauthenticated' }, JSON.stringify(call).slice(0, 300));
      }
    }
  });
}
