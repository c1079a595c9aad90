import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AttemptQuestion, judgeAttempt } from '../../../src/domain/challenge/judge-attempt.ts';
import type { Challenge } from '../../../src/ports/challenge.ts';
import type { AttemptFacts } from '../../../src/ports/otp-store.ts';
import { aChallenge, anAssociation } from '../../contracts/otp-orders.ts';
import { examplePolicy as policy } from '../limits/example-policy.ts';

const NOW_MS = 1_800_000_000_000;
const PRINT = Uint8Array.of(1);
const challenge = aChallenge({ state: 'sent', otpContext: undefined, issuedAtMs: NOW_MS - 60_000 });

function question(matches: boolean): AttemptQuestion {
  return {
    key: { method: 'verifyOtp', requestId: 'verify-1' },
    use: 'verifyOtp',
    fingerprint: PRINT,
    owner: 'server-1',
    nowMs: NOW_MS,
    wallMs: NOW_MS,
    policy,
    integratorId: 'this-attempt-id-',
    matches,
    unfit: undefined,
    ended: undefined,
    account: undefined,
    association: undefined,
  };
}

describe('judgeAttempt: consumptions', () => {
  const account = Uint8Array.of(1, 2);
  const key = { method: 'consume:associateAccount', requestId: 'associate-1' } as const;
  const consumption = { ...question(true), key, use: 'associateAccount', account } as const;
  const judgedFor = (
    changes: Partial<Challenge>,
    asked: Partial<AttemptQuestion> = {},
    facts: Partial<AttemptFacts> = {},
  ) => {
    const decision = judgeAttempt(
      {
        request: undefined,
        challenge: { ...challenge, ...changes },
        wrongCodes: [],
        association: undefined,
        ...facts,
      },
      { ...consumption, ...asked },
    );
    assert.ok(decision.kind === 'judged', decision.kind);
    return decision;
  };

  it('[OV-3] results tell expired, at the limit, used and wrong apart, where verifyOtp has one for three', () => {
    const wrongCodes = [{ atMs: NOW_MS, times: 8 }];
    const rows: readonly (readonly [Partial<Challenge>, boolean, string, string, Partial<AttemptFacts>?])[] =
      [
        [{}, true, 'SUCCESS', 'SUCCESS'],
        [{}, false, 'OTP_NOT_MATCHED', 'OTP_NOT_MATCHED'],
        [{ failedAttempts: 4 }, false, 'OTP_NOT_MATCHED', 'OTP_NOT_MATCHED'],
        [{ expiresAtMs: NOW_MS }, true, 'OTP_EXPIRED', 'OTP_NOT_MATCHED'],
        [{ state: 'exhausted' }, true, 'OTP_LIMIT_REACHED', 'OTP_NOT_MATCHED'],
        [{ state: 'exhausted', expiresAtMs: NOW_MS }, true, 'OTP_LIMIT_REACHED', 'OTP_NOT_MATCHED'],
        [{}, true, 'OTP_LIMIT_REACHED', 'OTP_NOT_MATCHED', { wrongCodes }],
        [{ state: 'verified', uses: ['verifyOtp'] }, true, 'OTP_ALREADY_USED', 'OTP_ALREADY_USED'],
        // Of a version that didn't note what had used it.
        [{ state: 'verified', uses: [] }, true, 'OTP_ALREADY_USED', 'OTP_ALREADY_USED'],
        [{ state: 'verified', uses: ['capture'] }, false, 'OTP_NOT_MATCHED', 'OTP_NOT_MATCHED'],
        [{ state: 'superseded' }, true, 'OTP_NOT_MATCHED', 'OTP_NOT_MATCHED'],
        [{ state: 'issued', submissions: 0 }, true, 'OTP_NOT_MATCHED', 'OTP_NOT_MATCHED'],
      ];
    for (const [changes, matches, result, ofVerifyOtp, facts] of rows) {
      const name = JSON.stringify([changes, matches]);
      const consumed = judgedFor(changes, { matches }, facts);
      assert.equal(consumed.request.answer.result, result, name);
      const verified = judgedFor(changes, { ...question(matches), key, account: undefined }, facts);
      assert.equal(verified.request.answer.result, ofVerifyOtp, name);
      const { request: one, uses, event: _event, ...rest } = consumed;
      const { request: other, uses: otherUses, event: _other, ...others } = verified;
      assert.deepEqual([rest, one.reason], [others, other.reason], `${name}: all else is alike`);
      assert.deepEqual(
        [uses, otherUses],
        result === 'SUCCESS' ? [['associateAccount'], ['verifyOtp']] : [undefined, undefined],
      );
    }
  });

  it('a success tells whose code it was, to consumptions alone, and its story which call used it', () => {
    const { request, event } = judgedFor({});
    assert.deepEqual(request.answer, { result: 'SUCCESS', integratorId: 'this-attempt-id-', account });
    assert.equal(event.detail, 'consume:associateAccount associate-1');
    assert.deepEqual(judgedFor({}, { matches: false }).request.answer, {
      result: 'OTP_NOT_MATCHED',
      integratorId: 'this-attempt-id-',
    });
    const facts = { request: undefined, challenge, wrongCodes: [], association: undefined };
    assert.deepEqual(judgeAttempt(facts, { ...consumption, account: undefined }), { kind: 'absent' });
  });

  it('[OQ-91] a code that is none for this use is not compared, whatever its state, and stays as it is', () => {
    const states = ['sent', 'verified', 'exhausted', 'superseded', 'issued'] as const;
    for (const changes of [...states.map((state) => ({ state })), { expiresAtMs: NOW_MS }]) {
      for (const matches of [true, false]) {
        const decision = judgedFor(changes, { matches, unfit: 'otherAccount', ended: 'closed' });
        assert.partialDeepStrictEqual(decision, {
          request: { answer: { result: 'OTP_NOT_MATCHED' }, reason: 'otherAccount' },
          state: undefined,
          failedAttempts: 0,
          uses: undefined,
          missteps: ['uncompared'],
        });
      }
    }
  });

  it('[OQ-9, OQ-66] half of a code for two leaves the other half live and sent; each half counts wrong codes with the other', () => {
    const otpContext = 'associationWithMandateCreation';
    for (const state of ['submitting', 'ambiguous', 'sent'] as const) {
      const first = judgedFor({ otpContext, state });
      assert.deepEqual(
        [first.state ?? state, first.uses, first.request.answer.result],
        ['sent', ['associateAccount'], 'SUCCESS'],
      );
    }
    const half = { otpContext, uses: ['associateAccount'], failedAttempts: 3 } as const;
    assert.deepEqual(judgedFor(half).request.answer.result, 'OTP_ALREADY_USED');
    assert.deepEqual([judgedFor(half).state, judgedFor(half).missteps], [undefined, []]);
    const wrong = judgedFor(half, { use: 'createMandate', matches: false });
    assert.deepEqual([wrong.state, wrong.failedAttempts, wrong.missteps], [undefined, 4, ['wrong']]);
    const last = judgedFor({ ...half, failedAttempts: 4 }, { use: 'createMandate', matches: false });
    assert.equal(last.state, 'exhausted');
    const second = judgedFor(half, { use: 'createMandate' });
    assert.deepEqual([second.state, second.uses], ['verified', ['associateAccount', 'createMandate']]);
    const ended = judgedFor(half, { use: 'createMandate', ended: 'recipientChanged' });
    assert.deepEqual([ended.state, ended.request.answer.result], ['superseded', 'OTP_NOT_MATCHED']);
  });

  it('[OQ-9] a code counts as verified once, though it may be used twice', () => {
    const counted = [{ sends: [], unverified: [{ subject: 'u', windowMs: 1, bucket: 1 }] }];
    const otpContext = 'associationWithMandateCreation';
    const first = judgedFor({ otpContext, counted });
    assert.deepEqual([first.counted, first.lower], [[{ sends: [], unverified: [] }], counted[0]?.unverified]);
    const second = judgedFor({ otpContext, counted, uses: ['associateAccount'] }, { use: 'createMandate' });
    assert.deepEqual([second.counted, second.lower, second.raise], [undefined, [], []]);
  });

  it('[FLOW-4, OQ-93] a success associates once; an id of somebody else lets no code be used, but wrong ones count', () => {
    const wanted = anAssociation('one');
    const judgedWith = (known: AttemptFacts['association'], asked: Partial<AttemptQuestion> = {}) =>
      judgeAttempt(
        { request: undefined, challenge, wrongCodes: [], association: known },
        { ...consumption, association: { wanted, isTaken: false }, ...asked },
      );
    const associatedBy = (...asked: Parameters<typeof judgedWith>) => {
      const decision = judgedWith(...asked);
      return decision.kind === 'judged' ? decision.association : decision.kind;
    };
    assert.deepEqual(associatedBy(undefined), wanted);
    assert.equal(associatedBy(wanted), undefined, 'known already');
    assert.equal(associatedBy({ ...wanted, isTold: true }), undefined);
    const others = [
      { attempt: 'another' },
      { accountDigest: Uint8Array.of(9) },
      { state: 'removed' as const },
    ];
    for (const other of others) assert.equal(associatedBy({ ...wanted, ...other }), 'association-taken');
    assert.equal(associatedBy(undefined, { association: { wanted, isTaken: true } }), 'association-taken');
    const wrong = judgedWith({ ...wanted, attempt: 'another' }, { matches: false });
    assert.partialDeepStrictEqual(wrong, { kind: 'judged', failedAttempts: 1, association: undefined });
  });
});
