import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Input, numbers, type Output, startPipeline } from './pipeline-under-test.ts';

/*
 * The rules of answering (protocol.md, §10.4) as a table: what came before, what comes, and what is answered; and what the
 * store is asked for it, which is nothing before the header has passed, and one question for what was answered before.
 */

const id = (requestId: string) => ({ requestId });
const echo = (requestId: string, clientMessage: unknown = 'hello'): Input => ({
  method: 'echo',
  body: { clientMessage },
  header: id(requestId),
});
const sendOtp = (requestId: string, accountPhoneNumber = numbers.known): Input => ({
  method: 'sendOtp',
  body: { accountPhoneNumber, smsMatchingToken: 'AB12345678C', otpContext: { association: {} } },
  header: id(requestId),
});
const verifyOtp = (requestId: string, sendOtpRequestId: string, otp: string): Input => ({
  method: 'verifyOtp',
  body: { sendOtpRequestId, otp },
  header: id(requestId),
});
const of = (header: Input['header'] & object): Input => ({ ...echo('1'), header: { ...id('1'), ...header } });
const sealed = (body: string): Input => ({ method: 'echo', contentType: 'application/sealed', body });

type Row = readonly [
  what: string,
  before: readonly Input[],
  input: Input,
  Output['status'],
  Output['code'],
  string,
];

const rows: readonly Row[] = [
  // Nothing is asked before the header has passed. [ORD-2]
  ['[OQ-21] no content type', [], { ...echo('1'), contentType: null }, 400, null, ''],
  ['[OQ-21] one that no codec opens', [], { ...echo('1'), contentType: 'text/plain' }, 400, null, ''],
  ['[ORD-1] what can not be decrypted', [], sealed('!'), 400, 'INVALID_PAYLOAD_ENCRYPTION', ''],
  ['[OQ-78] a form that is not read', [], sealed('?'), 400, 'INVALID_DECRYPTED_REQUEST', ''],
  ['[ORD-1] no valid signature', [], sealed('-'), 401, 'INVALID_PAYLOAD_SIGNATURE', ''],
  ['[ORD-1] no JSON', [], { method: 'echo', body: 'hello' }, 400, 'INVALID_DECRYPTED_REQUEST', ''],
  ['[ORD-1] no header', [], { method: 'echo', body: '{}' }, 400, 'MISSING_REQUIRED_FIELD', ''],
  ['[HDR-7] another version', [], of({ protocolVersion: { major: 2 } }), 400, 'INVALID_API_VERSION', ''],
  ['[HDR-1] no request id', [], of({ requestId: undefined }), 400, 'MISSING_REQUIRED_FIELD', ''],
  [
    '[HDR-4] an old one',
    [],
    of({ requestTimestamp: '1502545413026' }),
    400,
    'REQUEST_TIMESTAMP_OUT_OF_RANGE',
    '',
  ],
  [
    '[IDEM-10] an old one that was answered before',
    [echo('1')],
    of({ requestTimestamp: '1502545413026' }),
    400,
    'REQUEST_TIMESTAMP_OUT_OF_RANGE',
    '',
  ],

  // The request id comes before the body, and the body before the rules. [ORD-1]
  ['[SO-4] a new one with a fault', [], echo('1', null), 400, 'MISSING_REQUIRED_FIELD', 'recall'],
  ['[ECHO-1] a new one', [], echo('1'), 200, undefined, 'recall complete'],
  ['[IDEM-2] the same again', [echo('1')], echo('1'), 200, undefined, 'recall'],
  ['[IDEM-6] another one of its id', [echo('1')], echo('1', 'bye'), 412, 'IDEMPOTENCY_VIOLATION', 'recall'],
  ['[ORD-1] a faulty one of its id', [echo('1')], echo('1', null), 412, 'IDEMPOTENCY_VIOLATION', 'recall'],
  [
    '[ERR-6] the good one after a faulty one',
    [echo('1', null)],
    echo('1'),
    200,
    undefined,
    'recall complete',
  ],
  ['[VO-6] the id of another method', [sendOtp('1')], echo('1'), 200, undefined, 'recall complete'],

  // Two durable steps for a text, one for a decline, one for a code.
  ['a text that is taken', [], sendOtp('1'), 200, 'SUCCESS', 'recall issue settle'],
  ['[SO-6] the same again', [sendOtp('1')], sendOtp('1'), 200, 'SUCCESS', 'recall'],
  ['another one too soon', [sendOtp('1')], sendOtp('2'), 200, 'OTP_LIMIT_REACHED', 'recall issue'],
  ['for nobody', [], sendOtp('1', numbers.unknown), 200, 'UNKNOWN_PHONE_NUMBER', 'recall complete'],
  [
    '[OQ-2] for an association that nobody knows',
    [],
    {
      method: 'sendOtp',
      body: { associationId: 'as-1', smsMatchingToken: 'AB12345678C', otpContext: { association: {} } },
      header: id('1'),
    },
    404,
    'INVALID_IDENTIFIER',
    'recall findAssociation',
  ],
  [
    '[SO-7] a text that is refused',
    [],
    sendOtp('1', numbers.refused),
    200,
    'MESSAGE_UNABLE_TO_BE_SENT',
    'recall issue settle',
  ],
  [
    '[VO-5] of a request that nobody made',
    [],
    verifyOtp('2', '1', '000000'),
    404,
    'INVALID_IDENTIFIER',
    'recall findChallenge recall',
  ],
  [
    '[VO-2] a wrong code',
    [sendOtp('1')],
    verifyOtp('2', '1', '123'),
    200,
    'OTP_NOT_MATCHED',
    'recall findChallenge attempt',
  ],
  [
    '[VO-2] a wrong code again',
    [sendOtp('1'), verifyOtp('2', '1', '123')],
    verifyOtp('2', '1', '123'),
    200,
    'OTP_NOT_MATCHED',
    'recall',
  ],
];

for (const [what, before, input, status, code, asked] of rows) {
  test(`${input.method}: ${what}`, async (t) => {
    const pipeline = startPipeline(t);
    for (const request of before) await pipeline.send(request);
    const told = await pipeline.tell(input);
    assert.deepEqual({ ...told, asked: told.asked.join(' ') }, { status, code, asked });
    assert.equal(pipeline.reports.at(-1)?.status, status);
  });
}

test('verifyOtp: the right code, and the same again', async (t) => {
  const { send, tell, codes } = startPipeline(t);
  await send(sendOtp('1'));
  const typed = verifyOtp('2', '1', codes[0] ?? '');
  const success = { status: 200, code: 'SUCCESS' };
  assert.deepEqual(await tell(typed), { ...success, asked: ['recall', 'findChallenge', 'attempt'] });
  assert.deepEqual(await tell(typed), { ...success, asked: ['recall'] });
});

test('[OQ-8] sendOtp: of two equal ones at once the second waits, and one text goes', async (t) => {
  const { send, asked, codes } = startPipeline(t);
  const answers = await Promise.all([send(sendOtp('1')), send(sendOtp('1'))]);
  assert.deepEqual(answers, Array(2).fill({ status: 200, code: 'SUCCESS' }));
  assert.deepEqual(asked, ['recall', 'issue', 'settle', 'recall']);
  assert.equal(codes.length, 1);
});

test('[OQ-60] one more than there are places is 503, with nothing asked', async (t) => {
  const { send, asked, reports } = startPipeline(t, 1);
  const [first, second] = await Promise.all([send(echo('1')), send(echo('2'))]);
  assert.deepEqual([first?.status, second], [200, { status: 503, code: null }]);
  assert.deepEqual(asked, ['recall', 'complete']);
  assert.equal(reports.find(({ status }) => status === 503)?.reason, 'too many requests at once');
});

test('[IDEM-3, ERR-3] a store that is gone is 503 without a code, told to the log alone', async (t) => {
  const { send, store, reports } = startPipeline(t);
  await store.close();
  assert.deepEqual(await send(echo('1')), { status: 503, code: undefined });
  const { fault, requestId, result } = reports.at(-1) ?? {};
  assert.deepEqual({ fault, requestId, result }, { fault: 'unavailable', requestId: '1', result: undefined });
});

test('[ERR-2] what can not be sealed has no body, and is answered from the store the next time', async (t) => {
  const { send, tell, breakSealing } = startPipeline(t);
  breakSealing(true);
  assert.deepEqual(await send(sendOtp('1')), { status: 503, code: null });
  breakSealing(false);
  assert.deepEqual(await tell(sendOtp('1')), { status: 200, code: 'SUCCESS', asked: ['recall'] });
});
