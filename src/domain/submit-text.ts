import { askGateway } from '../ports/ask-gateway.ts';
import { BUDGET } from '../ports/budget.ts';
import type { Challenge } from '../ports/challenge.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import { earlier, within } from '../ports/deadline.ts';
import type { GrantedText, OtpStore, StoredAnswer, SubmissionText } from '../ports/otp-store.ts';
import type { Secret } from '../ports/secret.ts';
import type { Delivery, SmsGateway, SmsMessage } from '../ports/sms-gateway.ts';
import { codeOf } from './challenge/challenge-code.ts';
import { judgeSettlement } from './challenge/judge-settlement.ts';
import type { OtpKeys } from './challenge/otp-keys.ts';
import type { OtpPolicy } from './limits/otp-policy.ts';
import { momentOf } from './moment.ts';
import type { Outcome, SendOtpResult } from './outcome.ts';
import { receiptDigest } from './receipt-digest.ts';
import type { Recipient } from './recipient.ts';
import { dltFor } from './text/dlt.ts';
import { measureSms } from './text/sms-encoding.ts';
import { type SmsTemplates, writeSmsText } from './text/sms-text.ts';

/** What a text needs of the sendOtp that orders it. */
export interface TextCall {
  readonly requestId: string;
  readonly smsMatchingToken: Secret;
  readonly deadline: Deadline;
}

export interface TextParts {
  readonly store: OtpStore;
  readonly gateway: SmsGateway;
  readonly clock: Clock;
  readonly policy: OtpPolicy;
  readonly keys: OtpKeys;
  readonly templates: SmsTemplates;
}

/** Hands the text over and records what became of it: the second durable commit. */
export async function submitText(
  { challenge, guard }: GrantedText,
  recipient: Recipient,
  call: TextCall,
  parts: TextParts,
): Promise<Outcome> {
  const message = writeMessage(challenge, recipient, call.smsMatchingToken, parts);
  const { delivery, late } = await handOver(message, call, parts);
  const accepted = delivery.kind === 'accepted';
  const result: SendOtpResult = accepted ? 'SUCCESS' : 'MESSAGE_UNABLE_TO_BE_SENT';
  const answer = { result, integratorId: challenge.challengeId };
  await recordNews(delivery, answer, challenge, call, parts);
  // A yes or no that comes after the answer spares a retry its second text. Lost news only costs that. [OQ-28]
  const recordLater = async () => {
    const news = late === undefined ? delivery : await late;
    if (late !== undefined) await recordNews(news, undefined, challenge, call, parts);
    const later = news.kind === 'unknown' ? await news.later : undefined;
    if (later !== undefined) await recordNews(later, undefined, challenge, call, parts);
  };
  recordLater().catch(() => undefined);
  return {
    kind: 'answered',
    answer,
    reason: delivery.kind,
    delivery,
    country: recipient.country,
    guard: guard?.finding,
  };
}

interface HandedOver {
  readonly delivery: Delivery;
  /** The gateway's own answer, where it had none by the deadline. */
  readonly late: Promise<Delivery> | undefined;
}

async function handOver(
  message: SmsMessage,
  call: TextCall,
  { gateway, clock }: TextParts,
): Promise<HandedOver> {
  // Whoever stood still for so long may have lost its claim, and another one sends the text, or has sent it. [OQ-28]
  if (call.deadline.remainingMs() <= BUDGET.settleMs) return { delivery: notAsked(gateway), late: undefined };
  const deadline = earlier(clock, call.deadline, BUDGET.settleMs);
  const sending = askGateway(gateway, message, deadline);
  let late: Promise<Delivery> | undefined;
  const delivery = await within<Delivery>(clock, deadline, sending, () => {
    late = sending;
    return { kind: 'unknown', gateway: gateway.name, detail: 'no answer by the deadline' };
  });
  return { delivery, late };
}

function notAsked({ name }: SmsGateway): Delivery {
  return { kind: 'refused', gateway: name, reason: 'gateway-down', detail: 'no time left' };
}

const STATE_AFTER = { accepted: 'sent', refused: 'issued', unknown: 'ambiguous' } as const;

/** `answer`: of the request; `undefined`: it was answered before. */
function recordNews(
  delivery: Delivery,
  answer: StoredAnswer | undefined,
  challenge: Challenge,
  { requestId }: TextCall,
  { store, clock, policy, keys }: TextParts,
): Promise<void> {
  const { challengeId, submissions: submission } = challenge;
  const { nowMs } = momentOf(clock);
  const news = {
    submission,
    state: STATE_AFTER[delivery.kind],
    event: { atMs: nowMs, event: delivery.kind, detail: inWords(delivery) },
    text: textOf(delivery, keys),
    answer,
    retryable: delivery.kind !== 'accepted' && policy.retryUnsent,
  };
  return store.settle({ requestId, challengeId, nowMs }, (facts) => judgeSettlement(facts, news));
}

function writeMessage(
  challenge: Challenge,
  recipient: Recipient,
  smsMatchingToken: Secret,
  { clock, keys, templates }: TextParts,
): SmsMessage {
  const { nowMs, wallMs } = momentOf(clock);
  const { text, language } = writeSmsText(templates, {
    language: recipient.language,
    otpContext: challenge.otpContext,
    code: codeOf(challenge, keys),
    smsMatchingToken,
  });
  const { encoding, segments } = measureSms(text.reveal());
  const dlt = dltFor(templates.dlt, recipient.phoneNumber, { language, otpContext: challenge.otpContext });
  // What one gateway changed of it, the next one would send.
  return Object.freeze({
    to: recipient.phoneNumber,
    text,
    encoding,
    segments,
    reference: challenge.challengeId,
    validityMs: Math.max(1, Math.min(challenge.expiresAtMs - nowMs, challenge.expiresAtWallMs - wallMs)),
    country: recipient.country,
    language,
    dlt: dlt && Object.freeze({ ...dlt }),
  });
}

/** Who has the text, or may have it. */
function textOf(delivery: Delivery, { digestKey }: OtpKeys): SubmissionText | undefined {
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
