import type { AccountDirectory } from '../ports/account-directory.ts';
import type { Challenge, OtpContext } from '../ports/challenge.ts';
import type { Entropy } from '../ports/entropy.ts';
import { withAssociations } from './associations/find-associated.ts';
import { judgeIssue } from './challenge/judge-issue.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';
import { CLOSED_GUARD_REACH_MS } from './limits/closed-guard.ts';
import { guardOrderFor } from './limits/money-guard.ts';
import { ceilingsFor, quotaReachMs } from './limits/quotas.ts';
import { type Moment, momentOf } from './moment.ts';
import type { Outcome } from './outcome.ts';
import { numberPrefixOf } from './phone-number.ts';
import { type AccountIdentifier, type FoundRecipient, findRecipient, type Recipient } from './recipient.ts';
import { recordAnswer } from './record-answer.ts';
import { sealRecipient } from './sealed-recipient.ts';
import { submitText, type TextCall, type TextParts } from './submit-text.ts';
import { weighClosed } from './weigh-closed.ts';

export interface SendOtpCall extends AccountIdentifier, TextCall {
  readonly fingerprint: Uint8Array;
  /** Id of this call; becomes the id of the challenge if one is issued. */
  readonly callId: string;
  readonly otpContext: OtpContext | undefined;
}

export interface SendOtpParts extends TextParts {
  readonly directory: AccountDirectory;
  readonly entropy: Entropy;
  /** Who claims: the id of this process. */
  readonly owner: string;
}

/**
 * Find the account, respect the limits, issue a challenge, send its code. Answers SUCCESS only if a gateway
 * accepted the text. [SO-7] Throws `UnavailableError` when the directory or the store is down: before a gateway
 * was asked nothing has happened; after, the challenge is `submitting` and a retry may send the same code once
 * more. [OQ-28]
 */
export async function sendOtp(call: SendOtpCall, parts: SendOtpParts): Promise<Outcome> {
  const directory = withAssociations(parts);
  const found = await findRecipient(call, { ...parts, directory, deadline: call.deadline });
  if (found.kind === 'unknown-association')
    return { kind: 'unknown-identifier', identifier: 'associationId' };
  if (found.kind === 'declined') {
    if (found.isClosed) await weighClosed(found.account.accountId, parts);
    return decline(call, parts, found);
  }
  const { store, clock, policy, owner } = parts;
  // Stamped once: whatever the clocks do meanwhile, one request has one moment.
  const moment = momentOf(clock);
  const { nowMs } = moment;
  const ceilings = ceilingsFor(policy, found.country);
  const fresh = freshChallenge(call, found, moment, parts);
  const guard = guardOrderFor(policy.moneyGuard, fresh);
  // Anybody may name a number. [OQ-95]
  const notesSeen = policy.closedGuard !== undefined && call.associationId !== undefined;
  const { requestId, fingerprint } = call;
  const decision = await store.issue(
    {
      requestId,
      fingerprint,
      owner,
      nowMs,
      leaseExpiresAtMs: nowMs + policy.leaseMs,
      accountDigest: fresh.accountDigest,
      phoneNumberDigest: fresh.phoneNumberDigest,
      sinceMs: nowMs - Math.max(quotaReachMs(policy), notesSeen ? CLOSED_GUARD_REACH_MS : 0),
      ceilings: ceilings.map(({ ceiling }) => ceiling),
      guard,
    },
    (facts) =>
      judgeIssue(facts, { ...moment, fingerprint, owner, policy, ceilings, guard, fresh, notesSeen }),
  );
  switch (decision.kind) {
    case 'issue':
    case 'resume':
      return submitText(decision, found, call, parts);
    case 'answer':
      return {
        kind: 'answered',
        answer: decision.request.answer,
        reason: decision.request.reason,
        guard: decision.guard?.finding,
      };
    default:
      return decision;
  }
}

/** The challenge to issue if nothing stands against it. */
function freshChallenge(
  { callId, otpContext, ...named }: SendOtpCall,
  { accountId, phoneNumber, revision, country }: Recipient,
  moment: Moment,
  { entropy, policy, keys: { digestKey, activeCodeSecretId } }: SendOtpParts,
): Challenge {
  const accountDigest = keyedDigest(digestKey, 'account-id', accountId);
  return {
    challengeId: callId,
    state: 'submitting',
    nonce: entropy.bytes(16),
    secretId: activeCodeSecretId,
    codeLength: policy.codeLength,
    accountDigest,
    phoneNumberDigest: keyedDigest(digestKey, 'phone-number', phoneNumber.reveal()),
    otpContext,
    issuedAtMs: moment.nowMs,
    expiresAtMs: moment.nowMs + policy.validityMs,
    expiresAtWallMs: moment.wallMs + policy.validityMs,
    recipient: sealRecipient({ ...named, revision }, { digestKey, accountDigest, iv: entropy.bytes(12) }),
    submissions: 1,
    failedAttempts: 0,
    uses: [],
    country,
    numberPrefix: numberPrefixOf(phoneNumber.reveal()),
    counted: [],
    text: undefined,
  };
}

function decline(
  call: SendOtpCall,
  { store, clock, owner, keys: { digestKey } }: SendOtpParts,
  { result, reason, account }: Extract<FoundRecipient, { readonly kind: 'declined' }>,
): Promise<Outcome> {
  const { requestId, fingerprint, callId } = call;
  const number = call.accountPhoneNumber ?? account?.phoneNumber;
  const order = {
    key: { method: 'sendOtp', requestId },
    fingerprint,
    owner,
    nowMs: momentOf(clock).nowMs,
    accountDigest: account && keyedDigest(digestKey, 'account-id', account.accountId),
    phoneNumberDigest: number && keyedDigest(digestKey, 'phone-number', number.reveal()),
  } as const;
  return recordAnswer(store, order, { answer: { result, integratorId: callId }, reason });
}
