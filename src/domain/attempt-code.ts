import type { AccountDirectory } from '../ports/account-directory.ts';
import type { Challenge } from '../ports/challenge.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { CodeUse, OtpStore, RequestKey } from '../ports/otp-store.ts';
import type { Secret } from '../ports/secret.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { isElsewhere } from './associations/associate.ts';
import { withAssociations } from './associations/find-associated.ts';
import { associationDigest, newAssociation } from './associations/sealed-association.ts';
import { isVerifiable } from './challenge/challenge.ts';
import { codeOf } from './challenge/challenge-code.ts';
import { contextFits } from './challenge/code-uses.ts';
import { type AttemptQuestion, judgeAttempt } from './challenge/judge-attempt.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';
import { codesEqual } from './challenge/otp-code.ts';
import type { OtpKeys } from './challenge/otp-keys.ts';
import { sameBytes } from './challenge/same-bytes.ts';
import { readTypedCode } from './challenge/typed-code.ts';
import { type ExpectedCode, whyUnexpected } from './consume/expected-code.ts';
import { sealAccount } from './consume/sealed-account.ts';
import type { OtpPolicy } from './limits/otp-policy.ts';
import { quotaReachMs } from './limits/quotas.ts';
import { type Moment, momentOf } from './moment.ts';
import type { Outcome, VerifiedText } from './outcome.ts';
import { findRecipient } from './recipient.ts';
import { recordAnswer } from './record-answer.ts';
import { openRecipient } from './sealed-recipient.ts';

/** A code that was typed, and what for. */
export interface CodeAttempt {
  /** Of the verifyOtp, or of the consumption. */
  readonly key: RequestKey;
  readonly use: CodeUse;
  readonly fingerprint: Uint8Array;
  /** Id of this call; becomes the paymentIntegratorVerifyOtpId, or the id of the consumption. */
  readonly callId: string;
  readonly sendOtpRequestId: string;
  /** What the user typed. */
  readonly otp: Secret;
  readonly deadline: Deadline;
  /** What the code has to be, beside right. `undefined`: nothing. */
  readonly expected?: ExpectedCode | undefined;
  /** What a consumption is to associate the account with. `undefined`: nothing. */
  readonly associationId?: string | undefined;
}

export interface AttemptParts {
  readonly directory: AccountDirectory;
  readonly store: OtpStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly policy: OtpPolicy;
  readonly keys: OtpKeys;
  readonly owner: string;
}

/** A challenge is replaced at most when a changed sendOtp comes in between; twice in one attempt is a fault. */
const TRIES_MAX = 3;

/**
 * Attempts a challenge and reports what came of it: verifyOtp and every consumption, with one count of wrong codes and one use.
 * One durable commit. [VO-1, VO-2, OV-3]
 * Throws `UnavailableError` when the directory is down, with nothing counted; or the store: the attempt then was not
 * counted, or was and is told on retry.
 */
export async function attemptCode(attempt: CodeAttempt, parts: AttemptParts): Promise<Outcome> {
  const { store, clock, policy, keys, owner } = parts;
  const { key, use, fingerprint, callId, sendOtpRequestId, otp, associationId } = attempt;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const challenge = await store.findChallenge(sendOtpRequestId);
    if (challenge === undefined) return attemptWithoutChallenge(attempt, parts);
    const matches = codesEqual(readTypedCode(otp), codeOf(challenge, keys)); // [OQ-84]
    const moment = momentOf(clock);
    const { nowMs } = moment;
    const unfit = await whyUnfit(challenge, attempt, parts);
    const holder = unfit === undefined ? await holderOf(challenge, moment, attempt, parts) : NOBODY;
    const decision = await store.attempt(
      {
        key,
        fingerprint,
        owner,
        nowMs,
        sendOtpRequestId,
        challengeId: challenge.challengeId,
        sinceMs: nowMs - quotaReachMs(policy),
        associationDigest: associationId === undefined ? undefined : associationDigest(associationId, keys),
      },
      (facts) =>
        judgeAttempt(facts, {
          ...moment,
          ...{ key, use, fingerprint, owner, policy, integratorId: callId },
          ...{ matches, unfit, ...holder },
        }),
    );
    if (decision.kind === 'judged') {
      const { answer, reason } = decision.request;
      // Whoever uses a code again proves nothing new.
      const verified = decision.uses?.length === 1 && verifiedText(challenge);
      return { kind: 'answered', answer, reason, ...(verified && { verified }) };
    }
    if (decision.kind !== 'absent') return decision;
  }
  throw new UnavailableError('the challenge changed while its code was being judged');
}

/** Why this code is none for this use, whatever was typed. [OQ-9, OQ-91] */
async function whyUnfit(
  challenge: Challenge,
  { use, expected, deadline }: CodeAttempt,
  parts: AttemptParts,
): Promise<string | undefined> {
  if (!contextFits(challenge.otpContext, use)) return 'otherContext';
  return expected && whyUnexpected(challenge, expected, { ...parts, deadline });
}

type Holder = Pick<AttemptQuestion, 'ended' | 'account' | 'association'>;

const NOBODY: Holder = { ended: undefined, account: undefined, association: undefined };

/**
 * Whose code it is, if it can be used; or why it goes to nobody any more: its account was closed, or has another number.
 * Never guessed: a directory that can't say is 503. [OQ-70]
 */
async function holderOf(
  challenge: Challenge,
  moment: Moment,
  attempt: CodeAttempt,
  parts: AttemptParts,
): Promise<Holder> {
  if (challenge.recipient === undefined || !isVerifiable(challenge, moment)) return NOBODY;
  const { digestKey } = parts.keys;
  const { accountDigest, phoneNumberDigest } = challenge;
  const named = openRecipient(challenge.recipient, { digestKey, accountDigest });
  const search = { ...parts, directory: withAssociations(parts), deadline: attempt.deadline };
  const found = await findRecipient(named, search);
  if (found.kind === 'unknown-association') return { ...NOBODY, ended: 'unknownAssociation' };
  if (found.kind === 'declined') return { ...NOBODY, ended: found.reason };
  const { accountId, phoneNumber, revision } = found;
  const unchanged =
    (named.revision === undefined || named.revision === revision) &&
    sameBytes(accountDigest, keyedDigest(digestKey, 'account-id', accountId)) &&
    sameBytes(phoneNumberDigest, keyedDigest(digestKey, 'phone-number', phoneNumber.reveal()));
  if (!unchanged) return { ...NOBODY, ended: 'recipientChanged' };
  if (attempt.use === 'verifyOtp') return NOBODY;
  return {
    ended: undefined,
    account: sealAccount(accountId, attempt.callId, parts.entropy.bytes(12), parts.keys),
    association: await associationFor(accountId, moment.nowMs, attempt, parts),
  };
}

/** What the consumption of a code of that account is to associate it with. `undefined`: nothing. [FLOW-4] */
async function associationFor(
  accountId: string,
  nowMs: number,
  { key, associationId, deadline }: CodeAttempt,
  parts: AttemptParts,
): Promise<Holder['association']> {
  if (associationId === undefined) return undefined;
  const isTaken = await isElsewhere(associationId, accountId, { ...parts, deadline });
  const origin = { attempt: key.requestId, nowMs, iv: parts.entropy.bytes(12) };
  return { isTaken, wanted: newAssociation({ accountId, associationId }, origin, parts.keys) };
}

/** `undefined`: who sent the text is not known. */
function verifiedText({ text, country }: Challenge): VerifiedText | undefined {
  return text && { gateway: text.gateway, messageId: text.messageId, country };
}

/** A sendOtp that ended without a challenge has no code that could match; one that never was is an error. */
async function attemptWithoutChallenge(attempt: CodeAttempt, parts: AttemptParts): Promise<Outcome> {
  const { store, clock, owner } = parts;
  const { key, fingerprint, callId, sendOtpRequestId } = attempt;
  const sent = await store.recall({ method: 'sendOtp', requestId: sendOtpRequestId });
  if (sent === undefined) return { kind: 'unknown-identifier', identifier: 'sendOtpRequestId' }; // [VO-5]
  const order = { key, fingerprint, owner, nowMs: momentOf(clock).nowMs };
  const answer = { result: 'OTP_NOT_MATCHED', integratorId: callId }; // [OQ-5]
  return recordAnswer(store, order, { answer, reason: 'noChallenge' });
}
