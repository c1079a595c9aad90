import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { createSystemEntropy } from '../../../src/adapters/system/system-entropy.ts';
import type { OtpPolicy } from '../../../src/domain/limits/otp-policy.ts';
import { sendOtp } from '../../../src/domain/send-otp.ts';
import { verifyOtp } from '../../../src/domain/verify-otp.ts';
import { createDeadline } from '../../../src/ports/deadline.ts';
import { Secret } from '../../../src/ports/secret.ts';
import type { Delivery, SmsGateway } from '../../../src/ports/sms-gateway.ts';
import {
  type Kind,
  kindsUnderTest,
  openStoreUnderTest,
  proofShares,
} from '../../adapters/storage/store-kinds.ts';
import { examplePolicy } from '../../domain/limits/example-policy.ts';
import { proofSize } from '../../support/proof-size.ts';
import { codeIn } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';
import { type Fate, LimitsModel } from './limits-model.ts';
import { accountsFor, secretsAndTexts } from './simulation.ts';

/*
 * Random histories of thousands of codes, of which most were refused, against a model that forgets nothing: the real rules
 * on the real store never take the newest part of a history for the whole of it.
 */

/** A little over half of them are codes. */
const ALL_OPERATIONS = proofSize('PROOF_OPERATIONS', { quick: 800, mass: 20_000 });
const ACCOUNTS = 3;
/** The last one has a number of its own. */
const numberOf = (account: number) => (account === ACCOUNTS - 1 ? 1 : 0);

const policy: OtpPolicy = {
  ...examplePolicy,
  validityMs: 60_000,
  attemptsMax: 2,
  coolDownMs: 500,
  sendsPerPhoneNumber: { max: 14, windowMs: 60_000 },
  sendsPerAccount: { max: 36, windowMs: 600_000 },
  coolDownAfterRefusalMs: 200,
  refusedTexts: { max: 50, windowMs: 120_000 },
  failedVerificationsPerAccount: { max: 7, windowMs: 600_000 },
  uncomparedVerificationsPerAccount: { max: 12, windowMs: 120_000 },
  exhaustionLockMs: 4000,
};

const account = fc.nat(ACCOUNTS - 1);
const back = fc.oneof(fc.nat(2), fc.nat(12));
const right = fc.constantFrom(true, false, false, false);
const fate = fc.constantFrom<Fate>(
  'accepted',
  'refused',
  'refused',
  'refused',
  'refused',
  'refused',
  'unknown',
);
const pauseMs = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 1400 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
);
const operation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), account, fate, pauseMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retry' as const), back, fate, pauseMs }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('type' as const), back, right, pauseMs }),
  },
);

async function startServer(t: TestContext, kind: Kind) {
  const store = await openStoreUnderTest(t, kind);
  const clock = new TestClock();
  const entropy = createSystemEntropy();
  const codes = new Map<string, string>();
  let next: Fate = 'accepted';
  const gateway: SmsGateway = {
    name: 'phones',
    async send({ text, reference }): Promise<Delivery> {
      codes.set(reference, codeIn(text.reveal()));
      const { name } = gateway;
      if (next === 'accepted') return { kind: next, gateway: name, messageId: undefined };
      if (next === 'unknown') return { kind: next, gateway: name, detail: 'reset' };
      return { kind: next, gateway: name, reason: 'quota', detail: '' };
    },
    close: async () => undefined,
  };
  const directory = accountsFor((id) => `+91990000000${numberOf(Number(id))}`);
  const parts = { store, directory, gateway, clock, entropy, policy, ...secretsAndTexts(), owner: 'one' };
  const fingerprint = new Uint8Array(16);

  return {
    clock,
    async send(requestId: string, account: number, fate: Fate): Promise<string> {
      next = fate;
      const outcome = await sendOtp(
        {
          requestId,
          fingerprint,
          callId: entropy.id(),
          accountPhoneNumber: undefined,
          associationId: String(account),
          smsMatchingToken: new Secret('AB12345678C'),
          otpContext: undefined,
          deadline: createDeadline(clock, 2500),
        },
        parts,
      );
      if (outcome.kind === 'answered') return outcome.reason;
      return outcome.kind === 'replay' ? `replayed ${outcome.record.answer?.result}` : outcome.kind;
    },
    async type(requestId: string, sendOtpRequestId: string, right: boolean): Promise<string> {
      const challenge = await store.findChallenge(sendOtpRequestId);
      const code = codes.get(challenge?.challengeId ?? '') ?? '000000';
      const otp = new Secret(right ? code : String((Number(code) + 1) % 1_000_000).padStart(6, '0'));
      const deadline = createDeadline(clock, 2500);
      const outcome = await verifyOtp(
        { requestId, fingerprint, callId: entropy.id(), sendOtpRequestId, otp, deadline },
        parts,
      );
      return outcome.kind === 'answered' ? outcome.reason : outcome.kind;
    },
  };
}

for (const kind of kindsUnderTest) {
  const OPERATIONS = Math.ceil(ALL_OPERATIONS * proofShares[kind]);
  test(`[SO-13, OQ-66, OQ-67, OQ-68] random histories of ${OPERATIONS} steps come to what a plain model says, on a store of kind ${kind}`, async (t) => {
    const histories = fc.array(operation, { minLength: OPERATIONS, maxLength: OPERATIONS, size: 'max' });
    let codes = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const server = await startServer(t, kind);
        const model = new LimitsModel(policy, numberOf);
        const sent: { readonly id: string; readonly account: number }[] = [];
        const seen = new Map<string, number>();
        for (const [index, step] of history.entries()) {
          server.clock.pass(step.pauseMs);
          const nowMs = server.clock.steadyMs();
          if (step.kind === 'send') sent.push({ id: `send-${index}`, account: step.account });
          const one = sent.at(step.kind === 'send' ? -1 : -1 - step.back);
          if (one === undefined) continue;
          const [got, expected] =
            step.kind === 'type'
              ? [
                  await server.type(`type-${index}`, one.id, step.right),
                  model.type(one.id, step.right, nowMs),
                ]
              : [
                  await server.send(one.id, one.account, step.fate),
                  model.send(one.id, one.account, step.fate, nowMs),
                ];
          assert.equal(got, expected, `step ${index}: ${JSON.stringify(step)} of ${one.id}`);
          seen.set(got, (seen.get(got) ?? 0) + 1);
        }
        codes = model.codes.length;
        t.diagnostic(
          `${codes} codes; ${[...seen].map(([reason, count]) => `${reason} ${count}`).join(', ')}`,
        );
      }),
      { numRuns: 1, endOnFailure: true },
    );
    assert.ok(codes > OPERATIONS / 3, `${codes}`);
  });
}
