import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createSystemEntropy } from '../../../src/adapters/system/system-entropy.ts';
import type { OtpPolicy } from '../../../src/domain/limits/otp-policy.ts';
import { phoneNumberSecret } from '../../../src/domain/phone-number.ts';
import { sendOtp } from '../../../src/domain/send-otp.ts';
import { verifyOtp } from '../../../src/domain/verify-otp.ts';
import type { AccountDirectory } from '../../../src/ports/account-directory.ts';
import { createDeadline } from '../../../src/ports/deadline.ts';
import { Secret } from '../../../src/ports/secret.ts';
import type { SmsGateway } from '../../../src/ports/sms-gateway.ts';
import { openStore } from '../../adapters/storage/sqlite/store-under-test.ts';
import { examplePolicy } from '../../domain/limits/example-policy.ts';
import { proofSample, proofSize } from '../../support/proof-size.ts';
import { codeIn } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';
import { secretsAndTexts } from './simulation.ts';

/*
 * Row 12 of the proofs: floods at a hundred times the normal traffic, in simulated time, against the real rules on the
 * real store. Normal users type four of five codes.
 */

const HOUR_MS = 3_600_000;
const NORMAL_PER_MINUTE = 5;
const FLOOD_PER_MINUTE = 100 * NORMAL_PER_MINUTE;
const FLOOD_MINUTES = proofSize('PROOF_FLOOD_MINUTES', { quick: 13, mass: 20 });

const policy: OtpPolicy = {
  ...examplePolicy,
  moneyGuard: {
    enforced: true,
    windowMs: HOUR_MS,
    unverifiedPerVerified: 2,
    countryFloor: 60,
    rangeFloor: 60,
    prefixFloor: 20,
    countryMax: () => undefined,
    blockMs: HOUR_MS,
  },
};

/** Every number has an account. */
const directory: AccountDirectory = {
  findByAssociationId: async () => undefined,
  findByAccountId: async () => undefined,
  findByPhoneNumber: async (phoneNumber) => [
    { accountId: `account of ${phoneNumber.reveal()}`, status: 'active', phoneNumber, language: 'en' },
  ],
  check: async () => undefined,
  close: async () => undefined,
};

function startSimulation(t: TestContext) {
  const store = openStore(t);
  const clock = new TestClock();
  const texts = new Map<string, string>();
  const gateway: SmsGateway = {
    name: 'phones',
    async send({ to, text }) {
      texts.set(to.reveal(), codeIn(text.reveal()));
      return { kind: 'accepted', gateway: 'phones', messageId: undefined };
    },
    close: async () => undefined,
  };
  const entropy = createSystemEntropy();
  const parts = {
    store,
    directory,
    gateway,
    clock,
    entropy,
    policy,
    ...secretsAndTexts(),
    owner: 'embedded',
  };
  const call = () => ({
    requestId: entropy.id(),
    fingerprint: entropy.bytes(16),
    callId: entropy.id(),
    deadline: createDeadline(clock, 2500),
  });

  /** Orders one text; resolves to the request id if it left, or else to the reason why it did not. */
  async function order(number: string): Promise<{ readonly sent?: string; readonly reason?: string }> {
    const ids = call();
    const outcome = await sendOtp(
      {
        ...ids,
        accountPhoneNumber: phoneNumberSecret(number),
        associationId: undefined,
        smsMatchingToken: new Secret('AB12345678C'),
        otpContext: undefined,
      },
      parts,
    );
    assert.equal(outcome.kind, 'answered');
    if (outcome.kind !== 'answered') return {};
    return outcome.answer.result === 'SUCCESS' ? { sent: ids.requestId } : { reason: outcome.reason };
  }
  async function type(number: string, sendOtpRequestId: string): Promise<void> {
    const otp = new Secret(texts.get(number) ?? '');
    const outcome = await verifyOtp({ ...call(), sendOtpRequestId, otp }, parts);
    assert.ok(outcome.kind === 'answered' && outcome.answer.result === 'SUCCESS');
  }
  return { clock, store, order, type };
}

interface Tally {
  ordered: number;
  sent: number;
  readonly reasons: Set<string>;
}

const nothing = (): Tally => ({ ordered: 0, sent: 0, reasons: new Set() });

/** Normal traffic to Brazil, all over the country, for an hour; meanwhile, `flood` orders texts to where it wants. */
async function simulate(t: TestContext, flood: (index: number) => string) {
  const { clock, store, order, type } = startSimulation(t);
  const normal = nothing();
  const flooded = nothing();
  const one = async (tally: Tally, number: string, types: boolean) => {
    const { sent, reason } = await order(number);
    tally.ordered += 1;
    if (reason !== undefined) tally.reasons.add(reason);
    if (sent === undefined) return;
    tally.sent += 1;
    if (types) await type(number, sent);
  };
  for (let minute = 0; minute < 60; minute += 1) {
    for (let user = 0; user < NORMAL_PER_MINUTE; user += 1) {
      const index = minute * NORMAL_PER_MINUTE + user;
      await one(normal, `+55119${10_000_000 + index * 77_777}`, index % 5 !== 0);
    }
    const attacked = minute >= 20 && minute < 20 + FLOOD_MINUTES;
    const orders = attacked ? Array.from({ length: FLOOD_PER_MINUTE }, (_, i) => flooded.ordered + i) : [];
    await Promise.all(orders.map((index) => one(flooded, flood(index), false)));
    clock.pass(60_000);
  }
  return { normal, flooded, blocks: await store.blocks(clock.steadyMs()) };
}

const floods: Readonly<Record<string, (index: number) => string>> = {
  'adjacent numbers of the same country': (index) => `+5521980${String(index).padStart(6, '0')}`,
  'numbers all over one range': (index) => `+5521981${String((index * 7919) % 1_000_000).padStart(6, '0')}`,
  'numbers all over a country where nobody types a code': (index) =>
    `+99290${String((index * 104_729) % 10_000_000).padStart(7, '0')}`,
};

for (const [name, flood] of proofSample(Object.entries(floods), 1)) {
  test(`a flood of ${name} is stopped, and normal users notice nothing`, async (t) => {
    const { normal, flooded, blocks } = await simulate(t, flood);
    const stopped = 1 - flooded.sent / flooded.ordered;
    t.diagnostic(
      `${flooded.sent} of ${flooded.ordered} texts of the flood left: ${(stopped * 100).toFixed(2)} % stopped`,
    );
    assert.equal(flooded.ordered, FLOOD_PER_MINUTE * FLOOD_MINUTES);
    assert.ok(stopped >= 0.99, `${stopped}`);
    assert.equal(normal.sent, normal.ordered);
    assert.ok([...flooded.reasons].every((reason) => reason.startsWith('unverifiedPer')));
    assert.ok(blocks.length > 0);
  });
}
