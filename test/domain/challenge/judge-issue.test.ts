import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type IssueQuestion, judgeIssue } from '../../../src/domain/challenge/judge-issue.ts';
import { guardOrderFor } from '../../../src/domain/limits/money-guard.ts';
import type { Challenge, ChallengeState } from '../../../src/ports/challenge.ts';
import type { IssueFacts, RequestRecord } from '../../../src/ports/otp-store.ts';
import { NO_PAST, NOTHING_KNOWN } from '../../contracts/otp-orders.ts';
import { examplePolicy } from '../limits/example-policy.ts';

const NOW_MS = 1_800_000_000_000;
const WALL_MS = NOW_MS + 5000;
const PRINT = Uint8Array.of(1, 2, 3);
const OTHER_PRINT = Uint8Array.of(9, 9, 9);

const fresh: Challenge = {
  challengeId: 'fresh-challenge-',
  state: 'submitting',
  nonce: new Uint8Array(16),
  secretId: 'k1',
  codeLength: 6,
  accountDigest: Uint8Array.of(7),
  phoneNumberDigest: Uint8Array.of(8),
  otpContext: 'association',
  issuedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + examplePolicy.validityMs,
  expiresAtWallMs: WALL_MS + examplePolicy.validityMs,
  recipient: undefined,
  submissions: 1,
  failedAttempts: 0,
  uses: [],
  country: 'BR',
  numberPrefix: '+551191234',
  counted: [],
  text: undefined,
};

const question: IssueQuestion = {
  fingerprint: PRINT,
  owner: 'this-process',
  nowMs: NOW_MS,
  wallMs: WALL_MS,
  policy: examplePolicy,
  ceilings: [],
  guard: undefined,
  notesSeen: false,
  fresh,
};

/** Where nothing counts. */
const NO_COUNTS = { sends: [], unverified: [] };
const ISSUED = { kind: 'issue', challenge: { ...fresh, counted: [NO_COUNTS] }, raise: [], events: [] };
const RESUMED = [{ atMs: NOW_MS, event: 'resumed', detail: '' }];

function record(changes: Partial<RequestRecord>): RequestRecord {
  const answer = { result: 'SUCCESS', integratorId: 'earlier-id------' };
  return {
    state: 'completed',
    fingerprint: PRINT,
    answer,
    owner: 'this-process',
    leaseExpiresAtMs: 0,
    ...changes,
  };
}

function earlier(state: ChallengeState, changes: Partial<Challenge> = {}): Challenge {
  const issuedAtMs = NOW_MS - 60_000;
  const expiresAtMs = issuedAtMs + examplePolicy.validityMs;
  const times = { issuedAtMs, expiresAtMs, expiresAtWallMs: expiresAtMs + 5000 };
  return { ...fresh, challengeId: 'earlier-id------', state, ...times, ...changes };
}

function judge(facts: Partial<IssueFacts>, changes: Partial<IssueQuestion> = {}) {
  return judgeIssue({ ...NOTHING_KNOWN, ...facts }, { ...question, ...changes });
}

function unsent(reason: string, integratorId = 'earlier-id------') {
  const answer = { result: 'MESSAGE_UNABLE_TO_BE_SENT', integratorId };
  return { kind: 'answer', request: { state: 'released', answer, reason } };
}

describe('judgeIssue: a request id that was seen before', () => {
  it('[IDEM-11] a new request id gets its own challenge', () => {
    assert.deepEqual(judge({}), ISSUED);
  });

  it('[IDEM-2] an answered request is replayed', () => {
    assert.deepEqual(judge({ request: record({}) }), { kind: 'replay', record: record({}) });
  });

  it('[IDEM-6] an answered request id with other parameters is a conflict', () => {
    assert.deepEqual(judge({ request: record({ fingerprint: OTHER_PRINT }) }), { kind: 'conflict' });
  });

  it('[OQ-8] a request that another process is at work on is left alone until its lease ends', () => {
    const claimed = { state: 'claimed', owner: 'another', answer: undefined } as const;
    const request = record({ ...claimed, leaseExpiresAtMs: NOW_MS + 1 });
    assert.deepEqual(judge({ request }), { kind: 'busy' });
    const ended = record({ ...claimed, leaseExpiresAtMs: NOW_MS });
    assert.equal(judge({ request: ended }).kind, 'issue');
  });

  it('[OQ-28] a claim of this very process is taken up at once: nobody else can be at work on it', () => {
    const request = record({ state: 'claimed', answer: undefined, leaseExpiresAtMs: NOW_MS + 10_000 });
    const challenge = earlier('submitting');
    assert.deepEqual(judge({ request, challenge }), {
      kind: 'resume',
      challenge: { ...challenge, submissions: 2, counted: [NO_COUNTS] },
      raise: [],
      events: RESUMED,
    });
  });
});

describe('judgeIssue: a retry after MESSAGE_UNABLE_TO_BE_SENT', () => {
  const request = record({ state: 'released' });

  it('[OQ-11] a refused text is tried again with the same code and a new life', () => {
    const challenge = earlier('issued', { submissions: 0 });
    const expiresAtMs = NOW_MS + examplePolicy.validityMs;
    assert.deepEqual(judge({ request, challenge }), {
      kind: 'resume',
      challenge: {
        ...challenge,
        state: 'submitting',
        submissions: 1,
        expiresAtMs,
        expiresAtWallMs: WALL_MS + examplePolicy.validityMs,
        counted: [NO_COUNTS],
      },
      raise: [],
      events: RESUMED,
    });
  });

  it('[OQ-11] a refused text binds nothing: changed parameters get a challenge of their own', () => {
    const challenge = earlier('issued', { submissions: 0 });
    const judged = judge({ request: record({ state: 'released', fingerprint: OTHER_PRINT }), challenge });
    assert.deepEqual(judged, ISSUED);
  });

  it('a refused text to a recipient that has changed meanwhile is issued anew', () => {
    const challenge = earlier('issued', { submissions: 0, phoneNumberDigest: Uint8Array.of(5) });
    assert.deepEqual(judge({ request, challenge }), ISSUED);
  });

  it('[OQ-28] a text of unknown outcome is sent once more, with the life it was given', () => {
    const challenge = earlier('ambiguous');
    assert.deepEqual(judge({ request, challenge }), {
      kind: 'resume',
      challenge: { ...challenge, state: 'submitting', submissions: 2, counted: [NO_COUNTS] },
      raise: [],
      events: RESUMED,
    });
  });

  it('[OQ-28] … unless the first text has used up what the number, or the account, may have', () => {
    const challenge = earlier('ambiguous');
    const ownTexts = [{ atMs: NOW_MS - 1, times: 1 }];
    assert.equal(judge({ request, challenge, ownTexts }).kind, 'resume');
    for (const name of ['sendsPerPhoneNumber', 'sendsPerAccount'] as const) {
      const policy = { ...examplePolicy, [name]: { max: 1, windowMs: 60_000 } };
      assert.deepEqual(judge({ request, challenge, ownTexts }, { policy }), unsent(name));
      const longAgo = [{ atMs: NOW_MS - 60_000, times: 1 }];
      assert.equal(judge({ request, challenge, ownTexts: longAgo }, { policy }).kind, 'resume');
    }
  });

  it('[OQ-28] … within the quotas, which say nothing of the first text', () => {
    const challenge = earlier('ambiguous');
    const account = { ...NO_PAST.account, texts: [{ atMs: NOW_MS - 1, times: 1 }] };
    assert.deepEqual(judge({ request, challenge, account }), unsent('coolDown'));
  });

  it('[OQ-28] … and not a third time', () => {
    const challenge = earlier('ambiguous', { submissions: 2 });
    assert.deepEqual(judge({ request, challenge }), unsent('unknownOutcome'));
  });

  it('[OQ-28] … and never again where at most one text is wanted', () => {
    const policy = { ...examplePolicy, resendUnknown: false };
    assert.deepEqual(
      judge({ request, challenge: earlier('ambiguous') }, { policy }),
      unsent('unknownOutcome'),
    );
  });

  it('[OQ-28] an expired code of unknown outcome is not sent again', () => {
    for (const changes of [{ expiresAtMs: NOW_MS }, { expiresAtWallMs: WALL_MS }]) {
      assert.deepEqual(judge({ request, challenge: earlier('ambiguous', changes) }), unsent('expired'));
    }
  });

  it('a text of unknown outcome never goes to another number', () => {
    const challenge = earlier('ambiguous', { phoneNumberDigest: Uint8Array.of(5) });
    assert.deepEqual(judge({ request, challenge }), unsent('recipientChanged'));
  });

  it('[OQ-41] a text that may be out binds its request id to its parameters', () => {
    const other = record({ state: 'released', fingerprint: OTHER_PRINT });
    assert.deepEqual(judge({ request: other, challenge: earlier('ambiguous') }), { kind: 'conflict' });
  });

  it('[IDEM-2] a text that was accepted after its answer is not sent again', () => {
    const answer = { result: 'SUCCESS', integratorId: 'earlier-id------' };
    const answered = { kind: 'answer', request: { state: 'completed', answer, reason: 'acceptedLate' } };
    assert.deepEqual(judge({ request, challenge: earlier('sent') }), answered);
    assert.deepEqual(judge({ request, challenge: earlier('verified') }), answered);
  });

  it('[OQ-14] a code that a newer one replaced is not sent, since it could not verify', () => {
    assert.deepEqual(judge({ request, challenge: earlier('superseded') }), unsent('superseded'));
    assert.deepEqual(judge({ request, challenge: earlier('exhausted') }), unsent('exhausted'));
  });

  it('[OQ-11] the switch makes the answer final', () => {
    const policy = { ...examplePolicy, retryUnsent: false };
    const judged = judge({ request, challenge: earlier('superseded') }, { policy });
    const { request: answered } = unsent('superseded');
    assert.deepEqual(judged, { kind: 'answer', request: { ...answered, state: 'completed' } });
  });

  it('a retry of a refused text keeps to the quotas', () => {
    const challenge = earlier('issued', { submissions: 0 });
    const account = { ...NO_PAST.account, texts: [{ atMs: NOW_MS - 1, times: 1 }] };
    const judged = judge({ request, challenge, account });
    assert.equal(judged.kind === 'answer' && judged.request.reason, 'coolDown');
  });

  it('[OQ-67] a gateway that has just refused is not asked, which binds nothing', () => {
    const challenge = earlier('issued', { submissions: 0 });
    const refusedTexts = [{ atMs: NOW_MS - 1, times: 1 }];
    const account = { ...NO_PAST.account, refusedTexts };
    const waiting = unsent('coolDownAfterRefusal', fresh.challengeId);
    assert.deepEqual(judge({ request, challenge, account }), waiting);
    assert.deepEqual(judge({ account }), waiting);
    assert.deepEqual(judge({ phoneNumber: { texts: [], refusedTexts } }), waiting);
  });
});

describe('judgeIssue: where a text is counted', () => {
  const hour = 3_600_000;
  const quota = { max: 10, windowMs: hour };
  const ceiling = { subject: 'global', windowMs: hour };
  const guard = guardOrderFor(
    {
      enforced: true,
      windowMs: 24 * hour,
      unverifiedPerVerified: 2,
      countryFloor: 10,
      rangeFloor: 10,
      prefixFloor: 10,
      countryMax: () => undefined,
      blockMs: hour,
    },
    fresh,
  );
  const asked = { ...question, ceilings: [{ name: 'sendsGlobal', quota, ceiling } as const], guard };
  const sends = [{ ...ceiling, bucket: Math.floor(NOW_MS / (hour / 12)) }];
  const unverified = ['country:BR', 'range:+5511912', 'prefix:+551191234'].map((where) => {
    return { subject: `unverified:${where}`, windowMs: 24 * hour, bucket: Math.floor(NOW_MS / (2 * hour)) };
  });

  it('the decision says where, and so does the challenge', () => {
    const decision = judgeIssue({ ...NOTHING_KNOWN, ceilingSends: [0] }, asked);
    assert.deepEqual(decision, {
      kind: 'issue',
      challenge: { ...fresh, counted: [{ sends, unverified }] },
      raise: [...sends, ...unverified],
      events: [],
    });
  });

  it('a second text is counted beside the first, wherever that was', () => {
    const first = { sends: [{ subject: 'global', windowMs: 1000, bucket: 1 }], unverified: [] };
    const facts = {
      ...NOTHING_KNOWN,
      request: record({ state: 'released' }),
      challenge: earlier('ambiguous', { counted: [first] }),
      ceilingSends: [0],
    };
    const decision = judgeIssue(facts, asked);
    assert.ok(decision.kind === 'resume');
    assert.deepEqual(decision.challenge.counted, [first, { sends, unverified }]);
    assert.deepEqual(decision.raise, [...sends, ...unverified]);
  });
});
