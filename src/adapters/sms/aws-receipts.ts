import type { Clock } from '../../ports/clock.ts';
import type { DeliveryReceipt, ReceiptReader } from '../../ports/delivery-receipt.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { exchange } from './exchange.ts';
import { jsonOf, receiptOf, referenceIn } from './receipt-call.ts';
import { type AskUrl, createSnsCertificates } from './sns-certificates.ts';
import { readSnsMessage, type SnsMessage } from './sns-message.ts';
import { memberAt, parseJson } from './verdict.ts';

/** `eventType` of an event. [docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html] */
const STATES: Readonly<Record<string, DeliveryReceipt['state']>> = {
  TEXT_DELIVERED: 'delivered',
  // The carrier took it. In many countries nothing more is ever said, and AWS uses the two interchangeably.
  TEXT_SUCCESSFUL: 'delivered',
  TEXT_INVALID: 'undelivered',
  TEXT_INVALID_MESSAGE: 'undelivered',
  TEXT_UNREACHABLE: 'undelivered',
  TEXT_CARRIER_UNREACHABLE: 'undelivered',
  TEXT_BLOCKED: 'undelivered',
  TEXT_CARRIER_BLOCKED: 'undelivered',
  TEXT_SPAM: 'undelivered',
  TEXT_TTL_EXPIRED: 'undelivered',
  TEXT_PROTECT_BLOCKED: 'undelivered',
};

/** SNS gives up after an hour at most. [docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html] */
const AGE_MS_MAX = 3_600_000;
const SKEW_MS_MAX = 300_000;

const ASK_MS_MAX = 3000;

export interface AwsReceipts {
  /** The topic that the events go to, and no other. */
  readonly topicArn: string;
}

/**
 * Reads the events of AWS End User Messaging SMS as Amazon SNS posts them, and confirms the subscription to the topic.
 * A message counts if a certificate signed it that Amazon serves from the host of SNS in the topic's own region.
 */
export function createAwsReader(
  gateway: string,
  { topicArn }: AwsReceipts,
  clock: Clock,
  ask: AskUrl = askOnce(clock),
): ReceiptReader {
  const [, partition = '', , region = ''] = topicArn.split(':');
  const origin = `https://sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
  const certificateAt = createSnsCertificates(ask);
  const confirm = createConfirmation(ask);

  async function isGenuine(message: SnsMessage): Promise<boolean> {
    // What costs nothing comes first: nothing is fetched for a message that would not count anyhow.
    const ageMs = clock.nowMs() - message.sentMs;
    if (message.topicArn !== topicArn || ageMs > AGE_MS_MAX + SKEW_MS_MAX || ageMs < -SKEW_MS_MAX)
      return false;
    if (!isAt(message.signingCertUrl, origin, /^\/[A-Za-z0-9_-]{1,128}\.pem$/)) return false;
    const certificate = await certificateAt(message.signingCertUrl, clock.nowMs());
    return certificate !== undefined && message.isSignedBy(certificate);
  }

  return async (call) => {
    const message = readSnsMessage(jsonOf(call));
    if (message === undefined || !(await isGenuine(message))) return { kind: 'unauthenticated' };
    if (message.type === 'Notification') return readEvent(gateway, parseJson(message.message));
    if (message.type === 'SubscriptionConfirmation') {
      const { subscribeUrl = '' } = message;
      if (!isAt(subscribeUrl, origin, /^\/$/)) return { kind: 'unreadable' };
      await confirm(subscribeUrl);
    }
    return { kind: 'receipts', receipts: [] };
  };
}

/** Events of other programs that share the topic have no reference of ours; they are none of our business. */
function readEvent(gateway: string, event: unknown): Awaited<ReturnType<ReceiptReader>> {
  const type = memberAt(event, 'eventType');
  if (typeof type !== 'string') return { kind: 'unreadable' };
  const reference = referenceIn(memberAt(event, 'context', 'reference'));
  const final = memberAt(event, 'isFinal') !== false || type === 'TEXT_DELIVERED';
  const state = final && Object.hasOwn(STATES, type) ? STATES[type] : undefined;
  const receipt = receiptOf(gateway, reference, state, [type]);
  return { kind: 'receipts', receipts: receipt === undefined ? [] : [receipt] };
}

/** Visits a SubscribeURL once, however often it comes. Rejects with `UnavailableError` if that did not work. */
function createConfirmation(ask: AskUrl): (subscribeUrl: string) => Promise<void> {
  let confirmed: string | undefined;
  return async (subscribeUrl) => {
    if (subscribeUrl === confirmed) return;
    const answer = await ask(subscribeUrl);
    if (answer?.status !== 200) throw new UnavailableError('Amazon SNS did not take the confirmation');
    confirmed = subscribeUrl;
  };
}

/** Whether a URL is on that origin, names no user or port, and has such a path. */
function isAt(url: string, origin: string, path: RegExp): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false;
  return parsed.origin === origin && path.test(parsed.pathname);
}

function askOnce(clock: Clock): AskUrl {
  return async (url) => {
    const atMs = clock.steadyMs() + ASK_MS_MAX;
    const deadline = {
      atMs,
      remainingMs: () => Math.max(0, atMs - clock.steadyMs()),
      signal: AbortSignal.timeout(ASK_MS_MAX),
    };
    const result = await exchange({ method: 'GET', url, headers: {}, body: undefined }, deadline);
    return result.kind === 'answered' ? result.answer : undefined;
  };
}
