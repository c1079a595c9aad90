import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenericSettings } from '../../../../src/adapters/gateways/http/settings.ts';
import { memberAt, parseJson } from '../../../../src/adapters/gateways/shared/verdict.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { assertDiscreet, deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { exampleMessage, exampleNumber, type ReceivedRequest, startStandIn } from './gateway-stand-in.ts';
import { openGeneric, openTwilio } from './gateways-under-test.ts';
import { httpKinds, openKind } from './http-kinds.ts';
import { callOf } from './receipt-cases.ts';

const secret = new Secret('a-secret-of-the-gateway');

const generic = (baseUrl: string, more: Partial<GenericSettings> = {}) =>
  openGeneric(
    {
      name: 'http',
      method: 'POST',
      url: baseUrl,
      headers: {},
      bodyType: 'json',
      secrets: {},
      encodingWords: { gsm7: 'text', ucs2: 'unicode' },
      accepted: { statuses: [200], values: [] },
      refused: [],
      ...more,
    },
    { receiptsUrl: 'https://receipts.bank.example/receipts/http' },
  );

const send = (gateway: ReturnType<typeof generic>, withinMs = 5000) =>
  gateway.send(exampleMessage, deadlineAfter(withinMs));

for (const row of httpKinds) {
  const { kind, throttled } = row;
  const taken = (request: ReceivedRequest) => row.taken(request, 0);

  for (const [charset, write] of [
    ['iso-8859-1', (text: string) => Buffer.from(text, 'latin1')],
    ['utf-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['utf-16le', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['a charset that nobody knows', (text: string) => Buffer.from(text, 'latin1')],
  ] as const) {
    test(`${kind}: an answer in ${charset} is read`, async (t) => {
      const headers = { 'content-type': `application/json; charset=${charset.split(' ')[0]}` };
      const standIn = await startStandIn(t);
      const gateway = await openKind(row, standIn.url);
      for (const [outcome, answer] of Object.entries({ accepted: taken, refused: () => throttled })) {
        standIn.answer = (request) => {
          const { status, body } = answer(request);
          const text = JSON.stringify(
            typeof body === 'object' ? { note: 'reçu', ...body } : { note: 'reçu' },
          );
          return { status, headers, body: write(text) };
        };
        assert.equal((await gateway.send(exampleMessage, deadlineAfter(5000))).kind, outcome);
      }
    });
  }

  test(`[OQ-28] ${kind}: an answer that comes after the deadline is told later`, async (t) => {
    const standIn = await startStandIn(t);
    standIn.answer = taken;
    const gateway = await openKind(row, standIn.url);
    // The short deadline is not for the connection.
    await gateway.send(exampleMessage, deadlineAfter(5000));
    standIn.answer = (request) => ({ ...taken(request), afterMs: 400 });
    const delivery = await gateway.send(exampleMessage, deadlineAfter(100));
    assert.ok(delivery.kind === 'unknown', JSON.stringify(delivery));
    const later = await delivery.later;
    assert.equal(later?.kind, 'accepted');
    await gateway.close();
  });
}

test('[OQ-28] nothing is told later of an answer that never comes, or when the gateway is closed', async (t) => {
  const standIn = await startStandIn(t, { status: 200, body: {} });
  const gateway = generic(standIn.url);
  // The short deadline is not for the connection.
  await send(gateway);
  standIn.answer = 'silence';
  const delivery = await send(gateway, 100);
  assert.ok(delivery.kind === 'unknown', JSON.stringify(delivery));
  await gateway.close();
  assert.equal(await delivery.later, undefined);
});

for (const answer of [
  'cut-after-headers',
  { status: 200, body: 'x'.repeat(70_000) },
  { status: 200, body: '\xff' },
] as const) {
  test(`[OQ-28] where the status alone decides, a body such as ${JSON.stringify(answer).slice(0, 40)} decides nothing`, async (t) => {
    const { url } = await startStandIn(t, answer);
    assert.equal((await send(generic(url))).kind, 'accepted');
    const byBody = { accepted: { statuses: [200], path: 'ok', values: ['true'] } };
    assert.equal((await send(generic(url, byBody))).kind, 'unknown');
  });
}

test('a code of up to ten digits is shown; the code and the number of the text are not', async (t) => {
  const standIn = await startStandIn(t);
  const settings = { name: 'twilio', accountSid: 'AC1', authToken: secret, sender: 'Exemplo' };
  const gateway = openTwilio({ ...settings, baseUrl: standIn.url });
  const detailOf = async (code: unknown) => {
    standIn.answer = { status: 400, body: { code } };
    const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
    assertDiscreet(delivery, { secrets: [] });
    return delivery.kind === 'refused' ? delivery.detail : delivery.kind;
  };
  for (const code of [572006, '572006', 1234567890, 'E572006']) {
    assert.equal(await detailOf(code), `HTTP 400, code ${code}`);
  }
  // The code of the text is 907214, the number +14035550123.
  const own = [
    ...[907214, '907214', 'E907214', '907-214', '9.0.7.2.1.4', '1907/214', 1907214],
    ...[4035550123, '5550123', 14035550123, '1-403-555-0123', '140355.50123', '1403/5550'],
    ...['T0kenAbCdEf', 'bad_T0kenAbCdEf'],
  ];
  for (const code of own) {
    assert.match(await detailOf(code), /^(HTTP 400|a code that is not shown)$/, String(code));
  }
  assert.equal(await detailOf('Banco-404.2'), 'HTTP 400, code Banco-404.2');
  assert.equal(await detailOf(12345678901), 'HTTP 400');
});

test('an identifier that is a number keeps every digit', () => {
  const text =
    '{"a": 9007199254740993, "b": 12345678901234567890, "c": [1, 1.50, -0, true, "9"], "d": 9007199254740992}';
  const body = parseJson(text);
  assert.deepEqual(body, {
    a: '9007199254740993',
    b: '12345678901234567890',
    c: [1, '1.50', -0, true, '9'],
    d: 9007199254740992,
  });
  assert.equal(memberAt(parseJson('[9007199254740993]'), 0), '9007199254740993');
});

const byId: Partial<GenericSettings> = {
  accepted: { path: 'ok', statuses: [], values: ['true'], messageIdPath: 'id' },
  receipts: {
    proof: { kind: 'header', header: 'x-secret', secret },
    from: 'json',
    messageIdPath: 'mid',
    statePath: 'st',
    delivered: ['D'],
    undelivered: ['U'],
  },
};

for (const [what, written, messageId] of [
  ['a large number', '9007199254740993', '9007199254740993'],
  ['a larger number', '12345678901234567890', '12345678901234567890'],
  ['a number that ends with a zero', '1754000000.120', '1754000000.120'],
  ['a text', '"00012345678"', '00012345678'],
  ['a text with spaces around', '"  ab-12 "', 'ab-12'],
  ['a text with spaces in it', '"ID 12 of 34"', undefined],
  ['a text in other letters', '"ид-0012"', undefined],
  ['a text of capitals and small letters', '"aBcD-12"', 'aBcD-12'],
  ['a long text', `"${'wamid.HBgL='.repeat(20)}1"`, undefined],
  ['a number that is larger than any float', `${'9'.repeat(30)}0`, `${'9'.repeat(30)}0`],
  ['a text with the end of the number', '"x5550123"', undefined],
  ['a text with the number in groups', '"1-403-555-0123/7"', undefined],
  ['a text with most of the number', '"1403555-77"', undefined],
  [
    'the number in hexadecimal',
    `"${Number(exampleNumber.slice(1)).toString(16)}1"`.replace('1"', '"'),
    undefined,
  ],
  ['a text that is made of the number', `"${exampleNumber.slice(1)}-0042"`, undefined],
  ['a number that begins with the number', `${exampleNumber.slice(1)}0042`, undefined],
] as const) {
  test(`[IDEM-13] ${what} as message id matches its receipt, and no other`, async (t) => {
    const { url } = await startStandIn(t, { status: 200, body: `{"ok": true, "id": ${written}}` });
    const gateway = generic(url, byId);
    const delivery = await send(gateway);
    assertDiscreet(delivery, { secrets: [] });
    assert.ok(delivery.kind === 'accepted');
    assert.equal(delivery.messageId, messageId);
    const receiptOf = async (mid: string) => {
      const headers = { 'x-secret': secret.reveal(), 'content-type': 'application/json' };
      const call = callOf(
        'https://receipts.bank.example/receipts/http',
        `{"mid": ${mid}, "st": "D"}`,
        headers,
      );
      const told = await gateway.readReceipts?.(call);
      return told?.kind === 'receipts' ? told.receipts[0]?.receiptKey : told?.kind;
    };
    assert.ok(delivery.receiptKey);
    assert.equal(await receiptOf(written), delivery.receiptKey);
    const padded = written.startsWith('"') ? written.replace('"', '" ') : `"${written} "`;
    assert.equal(await receiptOf(padded), delivery.receiptKey);
    for (const other of [
      written.replace(/( *"?)$/, '8$1'),
      written.replace(/^("? *)/, '$10').replace(/^0/, '10'),
    ]) {
      assert.notEqual(await receiptOf(other), delivery.receiptKey, other);
    }
  });
}
