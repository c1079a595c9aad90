import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { activeNumber } from '../support/test-accounts.ts';
import {
  type Answer,
  codeIn,
  type Fields,
  startApplication,
  type TestApplication,
} from '../support/test-application.ts';

describe('what holds for every method', () => {
  let app: TestApplication;

  before(async () => {
    app = await startApplication({ settings: { 'http.basePaths': ['/v1', '/v2'] } });
  });
  after(() => app.stop());

  /** Sends a code to the nth account, and resolves to it. */
  async function codeFor(n: number, requestId: string): Promise<string> {
    const fields = { accountPhoneNumber: activeNumber(n), smsMatchingToken: 'AB12345678C' };
    assert.equal((await app.call('sendOtp', requestId, fields)).body['result'], 'SUCCESS');
    return codeIn(app.application.inbox?.texts(1, activeNumber(n))[0]?.text.reveal() ?? '');
  }

  it('[SO-6, VO-1] a code verifies for the sendOtp that it was sent for, and for no other', async () => {
    const first = await codeFor(1, 'send-1');
    const second = await codeFor(2, 'send-2');
    const resultOf = async (requestId: string, sendOtpRequestId: string, otp: string) =>
      (await app.call('verifyOtp', requestId, { sendOtpRequestId, otp })).body['result'];

    assert.equal(await resultOf('crossed-1', 'send-1', second), 'OTP_NOT_MATCHED');
    assert.equal(await resultOf('crossed-2', 'send-2', first), 'OTP_NOT_MATCHED');
    assert.equal(await resultOf('fitting-1', 'send-1', first), 'SUCCESS');
    assert.equal(await resultOf('fitting-2', 'send-2', second), 'SUCCESS');
  });

  it('[URL-1, VER-1, VER-2] base paths are served side by side, and know of each other’s codes', async () => {
    const otp = await codeFor(4, 'send-4');
    const requestHeader = {
      protocolVersion: { major: 1, minor: 0, revision: 0 },
      ...{ requestId: 'elsewhere', requestTimestamp: String(Date.now()) },
    };
    const answer = await fetch(`${app.methodsUrl}/v2/verifyOtp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ requestHeader, sendOtpRequestId: 'send-4', otp }),
    });
    assert.equal(((await answer.json()) as { result: unknown }).result, 'SUCCESS');
  });

  it('[HTTP-1] a decline is 200', async () => {
    const otp = await codeFor(3, 'send-3');
    await app.call('verifyOtp', 'consumes', { sendOtpRequestId: 'send-3', otp });
    const { status, body } = await app.call('verifyOtp', 'again', { sendOtpRequestId: 'send-3', otp });
    assert.deepEqual([status, body['result']], [200, 'OTP_ALREADY_USED']);
  });

  it('[ECHO-2] an echo that can not be processed is an ErrorResponse', async () => {
    const { status, body } = await app.call('echo', 'mute', {});
    assert.deepEqual([status, body['errorResponseCode']], [400, 'MISSING_REQUIRED_FIELD']);
    assert.equal(body['clientMessage'], undefined);
  });

  const repeated: readonly [string, () => Promise<Fields>][] = [
    ['sendOtp', async () => ({ accountPhoneNumber: activeNumber(5), smsMatchingToken: 'AB12345678C' })],
    ['verifyOtp', async () => ({ sendOtpRequestId: 'send-6', otp: await codeFor(6, 'send-6') })],
    ['echo', async () => ({ clientMessage: 'once' })],
  ];
  for (const [method, makeFields] of repeated) {
    it(`[IDEM-1, IDEM-5] ${method}: a repeated request gets the same answer, only its timestamp is new`, async () => {
      const fields = await makeFields();
      const first = await app.call(method, `repeated-${method}`, fields);
      const second = await app.call(method, `repeated-${method}`, fields);
      assert.equal(first.status, 200);
      assert.deepEqual(withoutTimestamp(second), withoutTimestamp(first));
    });
  }
});

function withoutTimestamp({ status, body }: Answer): unknown {
  return { status, ...body, responseHeader: undefined };
}
