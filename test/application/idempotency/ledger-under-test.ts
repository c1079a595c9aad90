import type { TestContext } from 'node:test';
import type { Delivery, SmsGateway } from '../../../src/ports/sms-gateway.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import {
  codeIn,
  startApplication,
  type TestApplication,
  type TestOptions,
} from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';

export const MINUTE = 60_000;
const TOKEN = 'AB12345678C';

export const ACCEPTED: Delivery = { kind: 'accepted', gateway: 'phones', messageId: undefined };
export const REFUSED: Delivery = { kind: 'refused', gateway: 'phones', reason: 'quota', detail: '' };

/** The application on a clock that is moved by hand, or on `options.overrides.clock`, and a gateway that does as told. */
export async function start(t: TestContext, options: TestOptions = {}) {
  const clock = new TestClock();
  const { nowMs } = options.overrides?.clock ?? clock;
  const texts: string[] = [];
  let next: () => Promise<Delivery> = async () => ACCEPTED;
  const gateway: SmsGateway = {
    name: 'phones',
    send({ text }) {
      texts.push(text.reveal());
      return next();
    },
    close: async () => undefined,
  };
  const app = await startApplication({ ...options, overrides: { clock, gateway, ...options.overrides } });
  t.after(() => app.stop());
  let requests = 0;
  const header = () => ({ requestTimestamp: String(nowMs.call(clock)) });
  return {
    app,
    clock,
    texts,
    code: () => codeIn(texts.at(-1) ?? ''),
    answerWith(answer: () => Promise<Delivery>) {
      next = answer;
    },
    async send(requestId = `send-${requests++}`, fields: object = { accountPhoneNumber: activeNumber(1) }) {
      const { body } = await app.call('sendOtp', requestId, { smsMatchingToken: TOKEN, ...fields }, header());
      return body['result'];
    },
    async verify(sendOtpRequestId: string, otp: string, requestId = `verify-${requests++}`) {
      const { status, body } = await app.call('verifyOtp', requestId, { sendOtpRequestId, otp }, header());
      return status === 200 ? body['result'] : status;
    },
  };
}

export const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

/** So many codes were compared and found wrong. */
export async function comparedWrong(app: TestApplication, ...sendOtpRequestIds: string[]): Promise<number> {
  const histories = await Promise.all(sendOtpRequestIds.map((id) => app.application.store.history(id)));
  return histories.flat().reduce((sum, { challenge }) => sum + (challenge?.failedAttempts ?? 0), 0);
}
