import assert from 'node:assert/strict';
import type { Delivery, SmsGateway, SmsMessage } from '../../src/ports/sms-gateway.ts';
import type { Fields, TestApplication } from '../support/test-application.ts';
import type { TestClock } from '../support/test-clock.ts';

export const TOKEN = 'AB12345678C';

/** Answers as it is told, and keeps what it was given. */
export class ScriptedGateway implements SmsGateway {
  readonly name = 'scripted';
  readonly messages: SmsMessage[] = [];
  next: (message: SmsMessage) => Promise<Delivery> = () => this.accept();

  accept = async (): Promise<Delivery> => ({ kind: 'accepted', gateway: this.name, messageId: 'm1' });
  refuse = async (): Promise<Delivery> => {
    return { kind: 'refused', gateway: this.name, reason: 'invalid-number', detail: 'code 21211' };
  };
  loseTrack = async (): Promise<Delivery> => ({ kind: 'unknown', gateway: this.name, detail: 'reset' });

  send(message: SmsMessage): Promise<Delivery> {
    this.messages.push(message);
    return this.next(message);
  }

  async close(): Promise<void> {}

  get textsSent(): string[] {
    return this.messages.map(({ text }) => text.reveal());
  }
}

/** Calls of an application that is started later, on its clock, each with a request id of its own. */
export function callsTo(app: () => TestApplication, clock: TestClock) {
  let requests = 0;
  function send(fields: Fields, requestId = `send-${requests++}`) {
    const requestTimestamp = String(clock.nowMs());
    return app().call('sendOtp', requestId, { smsMatchingToken: TOKEN, ...fields }, { requestTimestamp });
  }
  function verify(sendOtpRequestId: string, otp: string) {
    const requestTimestamp = String(clock.nowMs());
    return app().call('verifyOtp', `verify-${requests++}`, { sendOtpRequestId, otp }, { requestTimestamp });
  }
  async function resultOf(fields: Fields): Promise<unknown> {
    const { status, body } = await send(fields);
    assert.equal(status, 200, JSON.stringify(body));
    return body['result'];
  }
  return { send, verify, resultOf };
}
