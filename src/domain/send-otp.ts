import type { AccountDirectory } from '../ports/account-directory.ts';
import type { Challenge, OtpContext } from '../ports/challenge.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import { earlier, within } from '../ports/deadline.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { GrantedText, OtpStore, Settlement, StoredAnswer } from '../ports/otp-store.ts';
import type { Secret } from '../ports/secret.ts';
import type { Delivery, SmsGateway, SmsMessage } from '../ports/sms-gateway.ts';
import { codeOf } from './challenge/challenge-code.ts';
import { judgeIssue } from './challenge/judge-issue.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';
import type { OtpKeys } from './challenge/otp-keys.ts';
import { guardOrderFor } from './limits/money-guard.ts';
import type { OtpPolicy } from './limits/otp-policy.ts';
import { ceilingsFor, quotaReachMs } from './limits/quotas.ts';
import { momentOf } from './moment.ts';
import type { Outcome, SendOtpResult } from './outcome.ts';
import { numberPrefixOf } from './phone-number.ts';
import { receiptDigest } from './receipt-digest.ts';
import { type AccountIdentifier, type FoundRecipient, findRecipient, type Recipient } from './recipient.ts';
import { recordAnswer } from './record-answer.ts';
import { sealRecipient } from './sealed-recipient.ts';
import { dltFor } from './text/dlt.ts';
import { composeSmsText, type SmsTemplates } from './text/sms-text.ts';

export interface SendOtpCall extends AccountIdentifier {
  readonly requestId: string;
  readonly fingerprint: Uint8Array;
  /** Id of this call; becomes the id of the challenge if one is issued. */
  readonly callId: string;
  readonly smsMatchingToken: Secret;
  readonly otpContext: OtpContext | undefined;
  readonly deadline: Deadline;
}

export interface SendOtpParts {
  readonly directory: AccountDirectory;
  readonly store: OtpStore;
  readonly gateway: SmsGateway;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly policy: OtpPolicy;
  readonly keys: OtpKeys;
  readonly templates: SmsTemplates;
  /** Who claims: the id of this process. */
  readonly owner: string;
}

/** Kept of the deadline for recording what became of a submission. */
const SETTLE_RESERVE_MS = 300;

/**
 * Find the account, respect the limits, issue a challenge, send its code. Answers SUCCESS only if a gateway
 * accepted the text. [SO-7] Throws `UnavailableError` when the directory or the store is down: before a gateway
 * was asked nothing has happened; after, the challenge is `submitting` and a retry may send the same code once
 * more. [OQ-28]
 */
export async function sendOtp(call: SendOtpCall, parts: SendOtpParts): Promise<Outcome> {
  const found = await findRecipient(call, { ...parts, deadline: call.deadline });
  if (found.kind === 'unknown-association')
    return { kind: 'unknown-identifier', identifier: 'associationId' };
  if (found.kind === 'declined') return decline(call, parts, found);

  const { store, clock, entropy, policy, keys, owner } = parts;
  // Stamped once: whatever the clocks do meanwhile, one request has one moment.
  const moment = momentOf(clock);
  const { nowMs } = moment;
  const ceilings = ceilingsFor(policy, found.country);
  const accountDigest = keyedDigest(keys.digestKey, 'account-id', found.accountId);
  const fresh: Challenge = {
    challengeId: call.callId,
    state: 'submitting',
    nonce: entropy.bytes(16),
    secretId: keys.activeCodeSecretId,
    codeLength: policy.codeLength,
    accountDigest,
    phoneNumberDigest: keyedDigest(keys.digestKey, 'phone-number', found.phoneNumber.reveal()),
    otpContext: call.otpContext,
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + policy.validityMs,
    expiresAtWallMs: moment.wallMs + policy.validityMs,
    recipient: sealRecipient(
      { ...call, revision: found.revision },
      { digestKey: keys.digestKey, accountDigest, iv: entropy.bytes(12) },
    ),
    submissions: 1,
    failedAttempts: 0,
    country: found.country,
    numberPrefix: numberPrefixOf(found.phoneNumber.reveal()),
    text: undefined,
  };
  const guard = guardOrderFor(policy.moneyGuard, fresh);
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
      sinceMs: nowMs - quotaReachMs(policy),
      ceilings: ceilings.map(({ ceiling }) => ceiling),
      guard,
    },
    (facts) => judgeIssue(facts, { ...moment, fingerprint, owner, policy, ceilings, fresh }),
  );
  switch (decision.kind) {
    case 'issue':
    case 'resume':
      return submit(decision, found, call, parts);
    case 'answer':
      return { kind: 'answered', answer: decision.answer, reason: decision.reason };
    default:
      return decision;
  }
}

/** Hands the text over and records what became of it: the second durable commit. */
async function submit(
  { challenge, guard }: GrantedText,
  recipient: Recipient,
  call: SendOtpCall,
  parts: SendOtpParts,
): Promise<Outcome> {
  const { store, gateway, clock, policy } = parts;
  const message = composeMessage(challenge, recipient, call.smsMatchingToken, parts);
  const deadline = earlier(clock, call.deadline, SETTLE_RESERVE_MS);
  const unknown = (detail: string): Delivery => ({ kind: 'unknown', gateway: gateway.name, detail });
  const sending = gateway
    .send(message, deadline)
    .catch((error: unknown) => unknown(error instanceof Error ? error.name : 'thrown'));
  let late = false;
  const delivery = await within(clock, deadline, sending, () => {
    late = true;
    return unknown('no answer by the deadline');
  });

  const accepted = delivery.kind === 'accepted';
  const result: SendOtpResult = accepted ? 'SUCCESS' : 'MESSAGE_UNABLE_TO_BE_SENT';
  const answer = { result, integratorId: challenge.challengeId };
  const settle = (news: Delivery, withAnswer: StoredAnswer | undefined) =>
    store.settle({
      requestId: call.requestId,
      challengeId: challenge.challengeId,
      submission: challenge.submissions,
      ceilings: [
        ...ceilingsFor(policy, recipient.country).map(({ ceiling }) => ceiling),
        ...(guardOrderFor(policy.moneyGuard, challenge)?.unverified ?? []),
      ],
      retryable: !accepted && policy.retryUnsent,
      answer: withAnswer,
      ...recorded(news, momentOf(clock).nowMs, parts.keys),
    });
  await settle(delivery, answer);
  // A yes or no that comes after the answer spares a retry its second text. Lost news only costs that. [OQ-28]
  const recordLater = async () => {
    const news = late ? await sending : delivery;
    if (late) await settle(news, undefined);
    const later = news.kind === 'unknown' ? await news.later : undefined;
    if (later !== undefined) await settle(later, undefined);
  };
  recordLater().catch(() => undefined);
  const { country } = recipient;
  return {
    kind: 'answered',
    answer,
    reason: delivery.kind,
    delivery,
    country,
    guardEvent: guard?.event,
  };
}

function composeMessage(
  challenge: Challenge,
  recipient: Recipient,
  smsMatchingToken: Secret,
  { clock, keys, templates }: SendOtpParts,
): SmsMessage {
  const { nowMs, wallMs } = momentOf(clock);
  const { text, language } = composeSmsText(templates, {
    language: recipient.language,
    otpContext: challenge.otpContext,
    code: codeOf(challenge, keys),
    smsMatchingToken,
  });
  return {
    to: recipient.phoneNumber,
    text,
    reference: challenge.challengeId,
    validityMs: Math.max(1, Math.min(challenge.expiresAtMs - nowMs, challenge.expiresAtWallMs - wallMs)),
    country: recipient.country,
    language,
    dlt: dltFor(templates.dlt, recipient.phoneNumber, { language, otpContext: challenge.otpContext }),
  };
}

const STATE_AFTER = { accepted: 'sent', refused: 'issued', unknown: 'ambiguous' } as const;

function recorded(
  delivery: Delivery,
  nowMs: number,
  keys: OtpKeys,
): Pick<Settlement, 'nowMs' | 'state' | 'event' | 'text'> {
  const event = { atMs: nowMs, event: delivery.kind, detail: inWords(delivery) };
  return { nowMs, state: STATE_AFTER[delivery.kind], event, text: textOf(delivery, keys) };
}

/** Who has the text, or may have it. */
function textOf(delivery: Delivery, { digestKey }: OtpKeys): Settlement['text'] {
  if (delivery.kind === 'refused') return undefined;
  const { gateway, receiptKey } = delivery;
  return {
    gateway,
    messageId: delivery.kind === 'accepted' ? delivery.messageId : undefined,
    receiptKey: receiptKey === undefined ? undefined : receiptDigest(digestKey, receiptKey),
  };
}

function inWords(delivery: Delivery): string {
  switch (delivery.kind) {
    case 'accepted':
      return `${delivery.gateway} ${delivery.messageId ?? ''}`.trim();
    case 'refused':
      return `${delivery.gateway} ${delivery.reason} ${delivery.detail}`.trim();
    case 'unknown':
      return `${delivery.gateway} ${delivery.detail}`.trim();
  }
}

function decline(
  call: SendOtpCall,
  { store, clock, owner, keys: { digestKey } }: SendOtpParts,
  { result, reason, account }: Extract<FoundRecipient, { readonly kind: 'declined' }>,
): Promise<Outcome> {
  const { requestId, fingerprint, callId } = call;
  const number = call.accountPhoneNumber ?? account?.phoneNumber;
  return recordAnswer(store, {
    key: { method: 'sendOtp', requestId },
    fingerprint,
    owner,
    nowMs: momentOf(clock).nowMs,
    answer: { result, integratorId: callId },
    retryable: false,
    reason,
    accountDigest: account && keyedDigest(digestKey, 'account-id', account.accountId),
    phoneNumberDigest: number && keyedDigest(digestKey, 'phone-number', number.reveal()),
  });
}
