import type { AccountDirectory } from '../ports/account-directory.ts';
import type { Challenge } from '../ports/challenge.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import type { OtpStore } from '../ports/otp-store.ts';
import type { Secret } from '../ports/secret.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { isVerifiable } from './challenge/challenge.ts';
import { codeOf } from './challenge/challenge-code.ts';
import { judgeAttempt } from './challenge/judge-attempt.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';
import { codesEqual } from './challenge/otp-code.ts';
import type { OtpKeys } from './challenge/otp-keys.ts';
import { sameBytes } from './challenge/same-bytes.ts';
import { readTypedCode } from './challenge/typed-code.ts';
import type { OtpPolicy } from './limits/otp-policy.ts';
import { quotaReachMs } from './limits/quotas.ts';
import { type Moment, momentOf } from './moment.ts';
import type { Outcome, VerifiedText } from './outcome.ts';
import { findRecipient } from './recipient.ts';
import { recordAnswer } from './record-answer.ts';
import { openRecipient } from './sealed-recipient.ts';

export interface VerifyOtpCall {
  readonly requestId: string;
  readonly fingerprint: Uint8Array;
  /** Id of this call; becomes the paymentIntegratorVerifyOtpId. */
  readonly callId: string;
  readonly sendOtpRequestId: string;
  /** What the user typed. */
  readonly otp: Secret;
  readonly deadline: Deadline;
}

export interface VerifyOtpParts {
  readonly directory: AccountDirectory;
  readonly store: OtpStore;
  readonly clock: Clock;
  readonly policy: OtpPolicy;
  readonly keys: OtpKeys;
  readonly owner: string;
}

/** A challenge is replaced at most when a changed sendOtp comes in between; twice in one verification is a fault. */
const TRIES_MAX = 3;

/**
 * Attempt a challenge and report what came of it. One durable commit. [VO-1, VO-2]
 * Throws `UnavailableError` when the directory is down, with nothing counted; or the store: the attempt then was not
 * counted, or was and is told on retry.
 */
export async function verifyOtp(call: VerifyOtpCall, parts: VerifyOtpParts): Promise<Outcome> {
  const { store, clock, policy, keys, owner } = parts;
  const { requestId, fingerprint, callId, sendOtpRequestId, otp } = call;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const challenge = await store.findChallenge(sendOtpRequestId);
    if (challenge === undefined) return verifyWithoutChallenge(call, parts);
    const matches = codesEqual(readTypedCode(otp), codeOf(challenge, keys)); // [OQ-84]
    const moment = momentOf(clock);
    const { nowMs } = moment;
    const ended = await whyEnded(challenge, moment, call, parts);
    const decision = await store.attempt(
      {
        requestId,
        fingerprint,
        owner,
        nowMs,
        sendOtpRequestId,
        challengeId: challenge.challengeId,
        sinceMs: nowMs - quotaReachMs(policy),
      },
      (facts) =>
        judgeAttempt(facts, {
          ...moment,
          fingerprint,
          owner,
          policy,
          integratorId: callId,
          verifyOtpRequestId: requestId,
          matches,
          ended,
        }),
    );
    if (decision.kind === 'judged') {
      const { answer, reason } = decision.request;
      const verified = answer.result === 'SUCCESS' && verifiedText(challenge);
      return {
        kind: 'answered',
        answer,
        reason,
        ...(verified && { verified }),
      };
    }
    if (decision.kind !== 'absent') return decision;
  }
  throw new UnavailableError('the challenge changed while it was being verified');
}

/**
 * Why a code that could verify goes to nobody any more: its account was closed, or has another number. `undefined`: the
 * account is as it was when the code was sent. Never guessed: a directory that can't say is 503. [OQ-70]
 */
async function whyEnded(
  challenge: Challenge,
  moment: Moment,
  { deadline }: VerifyOtpCall,
  { directory, clock, policy, keys: { digestKey } }: VerifyOtpParts,
): Promise<string | undefined> {
  if (challenge.recipient === undefined || !isVerifiable(challenge, moment)) return undefined;
  const { accountDigest, phoneNumberDigest } = challenge;
  const named = openRecipient(challenge.recipient, { digestKey, accountDigest });
  const found = await findRecipient(named, { directory, clock, policy, deadline });
  if (found.kind === 'unknown-association') return 'unknownAssociation';
  if (found.kind === 'declined') return found.reason;
  const { accountId, phoneNumber, revision } = found;
  const unchanged =
    (named.revision === undefined || named.revision === revision) &&
    sameBytes(accountDigest, keyedDigest(digestKey, 'account-id', accountId)) &&
    sameBytes(phoneNumberDigest, keyedDigest(digestKey, 'phone-number', phoneNumber.reveal()));
  return unchanged ? undefined : 'recipientChanged';
}

/** `undefined`: who sent the text is not known. */
function verifiedText({ text, country }: Challenge): VerifiedText | undefined {
  return text && { gateway: text.gateway, messageId: text.messageId, country };
}

/** A sendOtp that ended without a challenge has no code that could match; one that never was is an error. */
async function verifyWithoutChallenge(call: VerifyOtpCall, parts: VerifyOtpParts): Promise<Outcome> {
  const { store, clock, owner } = parts;
  const { requestId, fingerprint, callId, sendOtpRequestId } = call;
  const sent = await store.recall({ method: 'sendOtp', requestId: sendOtpRequestId });
  if (sent === undefined) return { kind: 'unknown-identifier', identifier: 'sendOtpRequestId' }; // [VO-5]
  const order = {
    key: { method: 'verifyOtp', requestId },
    fingerprint,
    owner,
    nowMs: momentOf(clock).nowMs,
  } as const;
  const answer = { result: 'OTP_NOT_MATCHED', integratorId: callId }; // [OQ-5]
  return recordAnswer(store, order, { answer, reason: 'noChallenge' });
}
