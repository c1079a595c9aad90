import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SmsGateway } from '../../../src/ports/sms-gateway.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { type Answer, codeIn } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';
import { until } from '../../support/until.ts';
import { type Shared, sharedStore } from './nodes-under-test.ts';

const FIELDS = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };
const POLL_MS = 50;
/** Longer than a request belongs to a server that was not heard of. */
const LEASE_MS = 10_001;

/** A server with a clock and a gateway of its own, which takes no text before it is told to. */
async function server(shared: Shared) {
  const clock = new TestClock();
  const codes: string[] = [];
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const gateway: SmsGateway = {
    name: 'held',
    async send({ text }) {
      codes.push(codeIn(text.reveal()));
      asked.resolve();
      await released.promise;
      return { kind: 'accepted', gateway: 'held', messageId: 'SM-1' };
    },
    close: async () => {},
  };
  const app = await shared.start({ overrides: { clock, gateway } });
  // The first look of retention comes so soon.
  clock.pass(POLL_MS);
  await until(() => clock.waitingWithin(POLL_MS) === 0);
  return {
    codes,
    clock,
    asked: asked.promise,
    release: () => released.resolve(),
    send: () => app.call('sendOtp', 'send-1', FIELDS),
    /** When a request waits for what another server does. */
    async polls() {
      await until(() => clock.waitingWithin(POLL_MS) > 0);
    },
    /** Lets the time pass in which it waits for that. */
    async answered(answer: Promise<Answer>): Promise<Answer> {
      let isThere = false;
      void answer.finally(() => {
        isThere = true;
      });
      await until(() => {
        if (clock.waitingWithin(POLL_MS) > 0) clock.pass(POLL_MS);
        return isThere;
      });
      return answer;
    },
  };
}

test('[OQ-8] a sendOtp that is repeated at another server waits for the answer of the first one', async (t) => {
  const shared = await sharedStore(t);
  const [one, other] = [await server(shared), await server(shared)];
  const first = one.send();
  await one.asked;
  const second = other.send();
  await other.polls();
  one.release();
  const answer = await first;
  const again = await other.answered(second);
  assert.equal(answer.body['result'], 'SUCCESS');
  assert.equal(again.body['result'], 'SUCCESS');
  assert.equal(again.body['paymentIntegratorSendOtpId'], answer.body['paymentIntegratorSendOtpId']);
  assert.deepEqual([one.codes.length, other.codes.length], [1, 0]);
});

test('[IDEM-11, OQ-28] what a server that died was at work on, another one takes over when its lease has ended', async (t) => {
  const shared = await sharedStore(t);
  const [dead, other] = [await server(shared), await server(shared)];
  const lost = dead.send();
  await dead.asked;
  const early = await other.answered(other.send());
  assert.equal(early.status, 409);
  assert.equal(other.codes.length, 0);
  other.clock.pass(LEASE_MS);
  other.release();
  const late = await other.send();
  assert.equal(late.body['result'], 'SUCCESS');
  assert.deepEqual(other.codes, dead.codes);
  dead.release();
  await lost;
});
