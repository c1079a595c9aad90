import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import {
  createGenericReader,
  type GenericReceipts,
} from '../../../../src/adapters/gateways/http/receipts.ts';
import type { ReceiptProof } from '../../../../src/adapters/gateways/shared/receipt-proof.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import {
  assertSilent,
  callOf,
  formCall,
  jsonCall,
  receiptIn,
  reference,
  strangerTests,
} from '../shared/receipt-cases.ts';

const url = 'https://receipts.bank.example/receipts/regional';
const secret = 'a-secret-of-the-gateway';
const header: ReceiptProof = { kind: 'header', header: 'X-Webhook-Secret', secret: new Secret(secret) };
const headers = { 'x-webhook-secret': secret };

const settings: GenericReceipts = {
  proof: header,
  from: 'json',
  referencePath: 'report.clientRef',
  statePath: 'report.status',
  delivered: ['DELIVRD', '1'],
  undelivered: ['UNDELIV', 'EXPIRED'],
  detailPath: 'report.code',
};

const open = (more: Partial<GenericReceipts> = {}) =>
  createGenericReader('regional', { ...settings, ...more });

const reportOf = (status: unknown, more: object = {}) => ({
  report: { clientRef: reference, status, code: 17, ...more },
});

strangerTests('Generic', open, () => jsonCall(url, reportOf('DELIVRD'), headers));

test('Generic: states by the lists, with a code for the record', async () => {
  assert.deepEqual(await receiptIn(open(), jsonCall(url, reportOf('DELIVRD'), headers)), {
    gateway: 'regional',
    receiptKey: `regional:${reference}`,
    state: 'delivered',
    detail: 'DELIVRD 17',
  });
  // What may be the number or the code, with signs between its digits or not, is not told.
  for (const code of ['14035550123', '1-403-555-0123', '140.35550/123', '907-214', '907214']) {
    const told = await receiptIn(open(), jsonCall(url, reportOf('DELIVRD', { code }), headers));
    assert.equal(told.detail, 'DELIVRD', code);
  }
  assert.equal((await receiptIn(open(), jsonCall(url, reportOf(1), headers))).state, 'delivered');
  assert.equal((await receiptIn(open(), jsonCall(url, reportOf('EXPIRED'), headers))).state, 'undelivered');
  await assertSilent(open(), jsonCall(url, reportOf('ENROUTE'), headers), 'in neither list');
});

test('Generic: the text is told by reference, or by the message id of the gateway', async () => {
  const byId = open({ messageIdPath: 'report.id' });
  await assertSilent(
    byId,
    jsonCall(url, reportOf(1, { clientRef: 'x' }), headers),
    'the reference goes first',
  );
  const { referencePath: _, ...others } = settings;
  const read = createGenericReader('regional', { ...others, messageIdPath: 'report.id' });
  const { receiptKey } = await receiptIn(read, jsonCall(url, reportOf(1, { id: 4711 }), headers));
  assert.equal(receiptKey, 'regional:4711');
  for (const id of ['  ', '', 'x'.repeat(501), undefined]) {
    await assertSilent(read, jsonCall(url, reportOf(1, { id }), headers), String(id));
  }
});

test('Generic: one report, a list of them, or a list within', async () => {
  const reports = [reportOf('DELIVRD'), reportOf('UNDELIV')];
  for (const [body, more] of [
    [reports, {}],
    [{ data: { list: reports } }, { listPath: 'data.list' }],
  ] as const) {
    const reading = await open(more)(jsonCall(url, body, headers));
    assert.ok(reading.kind === 'receipts');
    assert.deepEqual(
      reading.receipts.map(({ state }) => state),
      ['delivered', 'undelivered'],
    );
  }
});

test('Generic: a form, and a query', async () => {
  const flat = { referencePath: 'ref', statePath: 'status', detailPath: 'code' };
  const fields = { ref: reference, status: 'DELIVRD', code: '0' };
  const form = formCall(url, fields, headers);
  assert.equal((await receiptIn(open({ ...flat, from: 'form' }), form)).detail, 'DELIVRD 0');
  const query = callOf(`${url}?${new URLSearchParams(fields)}`, '', headers, 'GET');
  assert.equal((await receiptIn(open({ ...flat, from: 'query' }), query)).state, 'delivered');
});

test('Generic: what has no state where the settings say is unreadable', async () => {
  for (const body of ['', '{', 'null', '{}', '"x"', '[{}]', '{"report":{"status":{}}}']) {
    assert.deepEqual(await open()(callOf(url, body, headers)), { kind: 'unreadable' }, body);
  }
  const within = open({ listPath: 'data' });
  assert.deepEqual(await within(jsonCall(url, { data: {} }, headers)), { kind: 'unreadable' });
});

test('Generic: a header with another secret proves nothing', async () => {
  for (const value of [`${secret} `, secret.slice(1), secret.toUpperCase(), '']) {
    const call = jsonCall(url, reportOf(1), { 'x-webhook-secret': value });
    assert.deepEqual(await open()(call), { kind: 'unauthenticated' }, value);
  }
});

test('Generic: an HMAC of the body, in hexadecimal or base64, with what stands before it', async () => {
  const body = JSON.stringify(reportOf('DELIVRD'));
  const mac = (encoding: 'hex' | 'base64', text = body, key = secret, algorithm = 'sha256') =>
    createHmac(algorithm, key).update(text).digest(encoding);
  for (const encoding of ['hex', 'base64'] as const) {
    const proof: ReceiptProof = {
      kind: 'hmac',
      header: 'X-Signature',
      prefix: 'sha256=',
      encoding,
      key: new Secret(secret),
    };
    const read = open({ proof });
    const send = (signature: string) => callOf(url, body, { 'x-signature': signature });
    assert.equal((await receiptIn(read, send(`sha256=${mac(encoding)}`))).state, 'delivered');
    const forged = [
      mac(encoding),
      'sha256=',
      `sha256=${mac(encoding, `${body} `)}`,
      `sha256=${mac(encoding, body, 'another')}`,
      `sha256=${mac(encoding, body, secret, 'sha1')}`,
    ];
    for (const each of forged) assert.deepEqual(await read(send(each)), { kind: 'unauthenticated' }, each);
    const upper = send(`SHA256=${mac('hex').toUpperCase()}`);
    if (encoding === 'hex') assert.equal((await receiptIn(read, upper)).state, 'delivered');
  }
});

test('Generic: with a signed URL the URL names the text, and the body only what became of it', async () => {
  const key = 'a-key-of-our-own-32-characters-long';
  const read = open({ proof: { kind: 'signed-url', key: new Secret(key) } });
  const signature = createHmac('sha256', key).update(`regional\n${reference}`).digest('base64url');
  const called = `${url}?reference=${reference}&signature=${signature}`;
  const foreign = reportOf('DELIVRD', { clientRef: 'zzzzzzzzzzzzzzzz' });
  assert.equal((await receiptIn(read, jsonCall(called, foreign))).receiptKey, `regional:${reference}`);
  const forged = called.replace(reference, 'zzzzzzzzzzzzzzzz');
  assert.deepEqual(await read(jsonCall(forged, reportOf(1))), { kind: 'unauthenticated' });
});
