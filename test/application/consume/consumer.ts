import assert from 'node:assert/strict';
import type { ConsumeOrder } from '../../../src/domain/consume/consume-order.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn, type Fields, startApplication, type TestOptions } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';

/** What a consumption is asked for, without a type: tests ask what types refuse. */
export type Asked = Partial<ConsumeOrder> & Readonly<Record<string, unknown>>;

/** An application, with the time in hand, and the bank's own systems beside it. */
export async function startConsumer(options: TestOptions = {}) {
  const clock = new TestClock();
  const settings = { 'quotas.coolDownMs': 0, ...options.settings };
  const app = await startApplication({ ...options, overrides: { clock, ...options.overrides }, settings });
  const { application } = app;
  const header = () => ({ requestTimestamp: String(clock.nowMs()) });
  let requests = 0;

  function consume(sendOtpRequestId: string, otp: string, asked: Asked = {}) {
    requests += 1;
    const order = { purpose: 'associateAccount', requestId: `consume-${requests}`, ...asked };
    const otpVerification = { sendOtpRequestId, otp: new Secret(otp) };
    return application.consumeOtp({ otpVerification, ...order } as ConsumeOrder);
  }

  return {
    ...app,
    clock,
    consume,
    /** What a consumption is answered, in one word. */
    async resultOf(...asked: Parameters<typeof consume>): Promise<string> {
      const consumption = await consume(...asked);
      return consumption.kind === 'answered' ? consumption.result : consumption.kind;
    },
    /** Sends to that account, and yields the code that arrived. */
    async send(requestId: string, account: number, fields: Fields = {}): Promise<string> {
      const number = activeNumber(account);
      const all = { accountPhoneNumber: number, smsMatchingToken: 'AB12345678C', ...fields };
      const { body } = await app.call('sendOtp', requestId, all, header());
      assert.equal(body['result'], 'SUCCESS');
      return codeIn(application.inbox?.texts(1, number)[0]?.text.reveal() ?? '');
    },
    async verify(
      sendOtpRequestId: string,
      otp: string,
      requestId = `verify-${requests++}`,
    ): Promise<unknown> {
      const { status, body } = await app.call('verifyOtp', requestId, { sendOtpRequestId, otp }, header());
      return status === 200 ? body['result'] : body['errorResponseCode'];
    },
  };
}

export type Consumer = Awaited<ReturnType<typeof startConsumer>>;

export function wrong(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

/** Of a sendOtp. */
export function inContext(context: string): Fields {
  return { otpContext: { [context]: {} } };
}
