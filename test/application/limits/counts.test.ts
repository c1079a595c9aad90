import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { createSystemEntropy } from '../../../src/adapters/system/system-entropy.ts';
import { guardOrderFor } from '../../../src/domain/limits/money-guard.ts';
import type { OtpPolicy } from '../../../src/domain/limits/otp-policy.ts';
import { ceilingsFor } from '../../../src/domain/limits/quotas.ts';
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
import { codeIn } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';
import { until } from '../../support/until.ts';
import { accountsFor, secretsAndTexts } from './simulation.ts';

/*
 * Random histories in which the windows change between a text and its verification, its refusal or its second try, against a
 * model that keeps a list of texts: what the ceilings and the money guard count is always what the list says.
 */

const ALL_STEPS = 300;
const HOUR_MS = 3_600_000;
/** Of all numbers. */
const PREFIX = '+55119100';
const WINDOWS_MS = [HOUR_MS, 5 * HOUR_MS, 24 * HOUR_MS] as const;

type Fate = 'accepted' | 'refused' | 'unknown';

/** How the windows are set; `undefined`: that limit is off. */
interface Settings {
  readonly globalMs: number | undefined;
  readonly guardMs: number | undefined;
}

function policyOf({ globalMs, guardMs }: Settings): OtpPolicy {
  return {
    ...examplePolicy,
    coolDownMs: 0,
    coolDownAfterRefusalMs: 0,
    refusedTexts: { max: 256, windowMs: 1000 },
    sendsPerAccount: { max: 256, windowMs: 1000 },
    sendsPerPhoneNumber: { max: 256, windowMs: 1000 },
    sendsPerCountry: () => undefined,
    sendsGlobal: globalMs === undefined ? undefined : { max: 100_000, windowMs: globalMs },
    resendUnknown: true,
    moneyGuard:
      guardMs === undefined
        ? undefined
        : {
            enforced: true,
            windowMs: guardMs,
            unverifiedPerVerified: 2,
            countryFloor: 100_000,
            rangeFloor: 100_000,
            prefixFloor: 100_000,
            countryMax: () => undefined,
            blockMs: HOUR_MS,
          },
  };
}

/** One text as it was counted when it was sent. */
interface Text extends Settings {
  readonly id: string;
  readonly atMs: number;
  verified: boolean;
}

/** What is counted is in these lists; nothing is ever lowered. */
class CountsModel {
  texts: Text[] = [];
  readonly verifications: { readonly atMs: number; readonly guardMs: number | undefined }[] = [];

  global(windowMs: number, nowMs: number): number {
    return this.texts.filter(({ globalMs, atMs }) => globalMs === windowMs && isIn(windowMs, atMs, nowMs))
      .length;
  }

  unverified(windowMs: number, nowMs: number): number {
    const counts = ({ guardMs, atMs, verified }: Text) =>
      guardMs === windowMs && !verified && isIn(windowMs, atMs, nowMs);
    return this.texts.filter(counts).length;
  }

  verified(windowMs: number, nowMs: number): number {
    const counts = ({ guardMs, atMs }: { guardMs: number | undefined; atMs: number }) =>
      guardMs === windowMs && isIn(windowMs, atMs, nowMs);
    return this.verifications.filter(counts).length;
  }
}

/** In twelfths of the window, of which the oldest counts wholly. */
function isIn(windowMs: number, atMs: number, nowMs: number): boolean {
  const twelfth = windowMs / 12;
  return Math.floor(atMs / twelfth) >= Math.floor(nowMs / twelfth) - 12;
}

const back = fc.nat(3);
const fate = fc.constantFrom<Fate>('accepted', 'refused', 'unknown');
const window = fc.constantFrom(undefined, ...WINDOWS_MS);
const pauseMs = fc.oneof(fc.nat(20_000), fc.nat(2 * HOUR_MS));
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('send' as const), fate, pauseMs }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('retry' as const), back, fate, pauseMs: fc.nat(90_000) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('type' as const), back, pauseMs: fc.nat(9000) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('late' as const), back, fate, pauseMs: fc.nat(9000) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('settings' as const),
      globalMs: window,
      guardMs: window,
      pauseMs: fc.nat(9000),
    }),
  },
);

async function startServer(t: TestContext, kind: Kind) {
  const store = await openStoreUnderTest(t, kind);
  const clock = new TestClock();
  const entropy = createSystemEntropy();
  const codes = new Map<string, string>();
  /** What the gateway tells afterwards of a text of unknown outcome. */
  const later = new Map<string, (delivery: Delivery) => void>();
  let next: Fate = 'accepted';
  let requestOfText = '';
  const deliver = (kind: Fate): Delivery => {
    if (kind === 'refused') return { kind, gateway: 'phones', reason: 'quota', detail: '' };
    if (kind === 'accepted') return { kind, gateway: 'phones', messageId: undefined };
    return { kind, gateway: 'phones', detail: 'reset' };
  };
  const gateway: SmsGateway = {
    name: 'phones',
    async send({ text, reference }): Promise<Delivery> {
      codes.set(reference, codeIn(text.reveal()));
      if (next !== 'unknown') return deliver(next);
      const { promise, resolve } = Promise.withResolvers<Delivery>();
      later.set(requestOfText, resolve);
      return { kind: 'unknown', gateway: 'phones', detail: 'reset', later: promise };
    },
    close: async () => undefined,
  };
  /** Each request is of an account of its own, so that none supersedes another; all have neighbouring numbers. */
  const directory = accountsFor((id) => `${PREFIX}${id.padStart(4, '0')}`);
  const parts = { store, directory, gateway, clock, entropy, ...secretsAndTexts(), owner: 'one' };
  const fingerprint = new Uint8Array(16);
  const deadline = () => createDeadline(clock, 2500);

  return {
    ...{ store, clock, later, deliver },
    async send(account: string, fate: Fate, policy: OtpPolicy): Promise<string> {
      next = fate;
      requestOfText = account;
      const outcome = await sendOtp(
        {
          requestId: `send-${account}`,
          fingerprint,
          callId: entropy.id(),
          accountPhoneNumber: undefined,
          associationId: account,
          smsMatchingToken: new Secret('AB12345678C'),
          otpContext: undefined,
          deadline: deadline(),
        },
        { ...parts, policy },
      );
      return outcome.kind === 'answered' ? outcome.reason : outcome.kind;
    },
    async type(requestId: string, account: string, policy: OtpPolicy): Promise<string> {
      const sendOtpRequestId = `send-${account}`;
      const challenge = await store.findChallenge(sendOtpRequestId);
      const otp = new Secret(codes.get(challenge?.challengeId ?? '') ?? '000000');
      const outcome = await verifyOtp(
        { requestId, fingerprint, callId: entropy.id(), sendOtpRequestId, otp, deadline: deadline() },
        { ...parts, policy },
      );
      return outcome.kind === 'answered' ? outcome.reason : outcome.kind;
    },
  };
}

type Server = Awaited<ReturnType<typeof startServer>>;

/** Every count of every window, of the store and of the model. */
async function compare({ store, clock }: Server, model: CountsModel, where: string): Promise<void> {
  const nowMs = clock.steadyMs();
  for (const windowMs of WINDOWS_MS) {
    const policy = policyOf({ globalMs: windowMs, guardMs: windowMs });
    const guard = guardOrderFor(policy.moneyGuard, { country: 'BR', numberPrefix: PREFIX });
    const ceilings = ceilingsFor(policy, 'BR').map(({ ceiling }) => ceiling);
    await store.issue(
      {
        requestId: 'nobody',
        fingerprint: new Uint8Array(16),
        owner: 'one',
        nowMs,
        leaseExpiresAtMs: nowMs,
        accountDigest: new Uint8Array(16),
        phoneNumberDigest: new Uint8Array(16),
        sinceMs: nowMs,
        ceilings,
        guard,
      },
      (facts) => {
        const counted = [facts.ceilingSends, facts.guard?.unverified, facts.guard?.verified()];
        const expected = [
          [model.global(windowMs, nowMs)],
          Array(3).fill(model.unverified(windowMs, nowMs)),
          Array(3).fill(model.verified(windowMs, nowMs)),
        ];
        assert.deepEqual(counted, expected, `${where}, window of ${windowMs / HOUR_MS} h`);
        return { kind: 'busy' };
      },
    );
  }
}

/** What came of steps, on stores of all kinds. */
const seen = new Map<string, number>();

for (const kind of kindsUnderTest) {
  const STEPS = Math.ceil(ALL_STEPS * proofShares[kind]);
  test(`[OQ-28] texts are given back where they were counted, in random histories of ${STEPS} steps with other windows meanwhile, on a store of kind ${kind}`, async (t) => {
    const histories = fc.array(step, { minLength: STEPS, maxLength: STEPS, size: 'max' });
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const server = await startServer(t, kind);
        const model = new CountsModel();
        let settings: Settings = { globalMs: HOUR_MS, guardMs: 5 * HOUR_MS };
        const sent: string[] = [];
        for (const [index, one] of history.entries()) {
          server.clock.pass(one.pauseMs);
          const nowMs = server.clock.steadyMs();
          const policy = policyOf(settings);
          if (one.kind === 'send') sent.push(String(sent.length));
          const id = sent.at('back' in one ? -1 - one.back : -1);
          if (one.kind === 'settings') settings = { globalMs: one.globalMs, guardMs: one.guardMs };
          if (one.kind === 'settings' || id === undefined) continue;
          const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
          if (one.kind === 'send' || one.kind === 'retry') {
            const came = await server.send(id, one.fate, policy);
            note(`${one.kind} ${came}`);
            if (came === 'accepted' || came === 'unknown') {
              model.texts.push({ ...settings, id, atMs: nowMs, verified: false });
            }
          } else if (one.kind === 'type') {
            const came = await server.type(`type-${index}`, id, policy);
            note(`type ${came}`);
            if (came === 'verified') {
              for (const text of model.texts) if (text.id === id) text.verified = true;
              model.verifications.push({ atMs: nowMs, guardMs: settings.guardMs });
            }
          } else {
            const challenge = await server.store.findChallenge(`send-${id}`);
            const open = challenge?.state === 'ambiguous';
            const tell = server.later.get(id);
            // News of a text that another one followed say nothing of either.
            const newest = model.texts.findLast((text) => text.id === id);
            if (!open || tell === undefined || newest === undefined) continue;
            const events = async () =>
              (await server.store.history(`send-${id}`))[0]?.challenge?.events.length;
            const before = (await events()) ?? 0;
            tell(server.deliver(one.fate));
            server.later.delete(id);
            await until(async () => ((await events()) ?? 0) > before);
            note(`late ${one.fate}`);
            if (one.fate === 'refused') model.texts = model.texts.filter((text) => text !== newest);
          }
          await compare(server, model, `step ${index}: ${JSON.stringify(one)} of ${id}`);
        }
      }),
      { numRuns: 3, endOnFailure: true },
    );
    t.diagnostic([...seen].map(([what, count]) => `${what} ${count}`).join(', '));
    for (const what of [
      'retry refused',
      'retry accepted',
      'type verified',
      'late refused',
      'late accepted',
    ]) {
      assert.ok((seen.get(what) ?? 0) > 0, `${what} never happened`);
    }
  });
}
