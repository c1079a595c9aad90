import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemEntropy } from '../../src/adapters/system/system-entropy.ts';
import { sendOtp } from '../../src/domain/send-otp.ts';
import { createDeadline } from '../../src/ports/deadline.ts';
import type { OtpStore } from '../../src/ports/otp-store.ts';
import { Secret } from '../../src/ports/secret.ts';
import type { SmsGateway } from '../../src/ports/sms-gateway.ts';
import { openStore } from '../adapters/storage/sqlite/store-under-test.ts';
import { accountsFor, secretsAndTexts } from '../application/limits/simulation.ts';
import { TestClock } from '../support/test-clock.ts';
import { examplePolicy } from './limits/example-policy.ts';

test('[OQ-28, IDEM-11] who stood still before it handed its text over does not send it beside whoever took over', async (t) => {
  const store = openStore(t, { file: ':memory:' });
  const clock = new TestClock();
  const entropy = createSystemEntropy();
  const texts: string[] = [];
  const gateway: SmsGateway = {
    name: 'phones',
    async send({ text }) {
      texts.push(text.reveal());
      return { kind: 'accepted', gateway: 'phones', messageId: undefined };
    },
    close: async () => undefined,
  };
  const directory = accountsFor(() => '+919900000001');
  const send = (owner: string, own: OtpStore) => {
    const call = {
      requestId: 'send-1',
      fingerprint: new Uint8Array(16),
      callId: entropy.id(),
      accountPhoneNumber: undefined,
      associationId: 'assoc-1',
      smsMatchingToken: new Secret('AB12345678C'),
      otpContext: undefined,
      deadline: createDeadline(clock, 2500),
    };
    const parts = { directory, gateway, clock, entropy, policy: examplePolicy, ...secretsAndTexts() };
    return sendOtp(call, { ...parts, store: own, owner });
  };
  const standingStill: OtpStore = Object.create(store, {
    findAssociation: { value: store.findAssociation.bind(store) },
    issue: {
      value: async (...order: Parameters<OtpStore['issue']>) => {
        const decision = await store.issue(...order);
        clock.pass(examplePolicy.leaseMs + 1);
        const other = await send('another process', store);
        assert.ok(other.kind === 'answered');
        assert.equal(other.answer.result, 'SUCCESS');
        return decision;
      },
    },
    settle: { value: (...order: Parameters<OtpStore['settle']>) => store.settle(...order) },
  });
  const outcome = await send('this process', standingStill);
  assert.ok(outcome.kind === 'answered');
  assert.deepEqual([outcome.answer.result, outcome.reason], ['MESSAGE_UNABLE_TO_BE_SENT', 'refused']);
  assert.equal(texts.length, 1);
  const again = await send('this process', store);
  assert.ok(again.kind === 'replay');
  assert.equal(again.record.answer?.result, 'SUCCESS');
});
