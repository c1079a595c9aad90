import { once } from 'node:events';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { type Clock, HOUR_MS, MINUTE_MS } from '../../../ports/clock.ts';
import { createDeadline } from '../../../ports/deadline.ts';
import type { DeliveryReceipt, ReceiptReader } from '../../../ports/delivery-receipt.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { exchange } from '../../http-client/exchange.ts';
import { createLink, type Link, type LinkedRequest } from '../../http-client/link.ts';
import { gatewayAnswerOf } from '../shared/gateway-answer.ts';
import { jsonOf, receiptOf, referenceIn } from '../shared/receipt-call.ts';
import { memberAt, parseJson } from '../shared/verdict.ts';
import type { AwsSettings } from './settings.ts';
import { type AskUrl, createSnsCertificates, type SnsTrust } from './sns-certificates.ts';
import { readSnsMessage, type SnsMessage } from './sns-message.ts';

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
const AGE_MS_MAX = HOUR_MS;
const SKEW_MS_MAX = 5 * MINUTE_MS;

const ASK_MS_MAX = 3000;

/** Of a certificate. */
const OCTETS_MAX = 16_384;

export type AwsReceipts = NonNullable<AwsSettings['receipts']>;

/**
 * Reads the events of AWS End User Messaging SMS as Amazon SNS posts them, and confirms the subscription to the topic.
 * A message counts if a certificate signed it that Amazon SNS serves in the topic's own region and that a public authority
 * issued to it. [OQ-77]
 */
export function createAwsReader(
  gateway: string,
  { topicArn }: AwsReceipts,
  clock: Clock,
  ask: AskUrl = askBy(undefined, clock),
  trust: SnsTrust = { askOctets: askOctetsBy(createLink()) },
): ReceiptReader {
  const [, partition = '', , region = ''] = topicArn.split(':');
  const host = `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
  const certificateAt = createSnsCertificates(ask, trust, ['sns.amazonaws.com', host], clock);
  const confirm = createConfirmation(ask);

  async function isGenuine(message: SnsMessage): Promise<boolean> {
    // What costs nothing comes first: nothing is fetched for a message that would not count anyhow.
    const ageMs = clock.nowMs() - message.sentMs;
    if (message.topicArn !== topicArn || ageMs > AGE_MS_MAX + SKEW_MS_MAX || ageMs < -SKEW_MS_MAX)
      return false;
    const url = certificateUrl(message.signingCertUrl, host);
    const certificate = url === undefined ? undefined : await certificateAt(url);
    return certificate !== undefined && message.isSignedBy(certificate);
  }

  return async (call) => {
    const message = readSnsMessage(jsonOf(call));
    if (message === undefined || !(await isGenuine(message))) return { kind: 'unauthenticated' };
    if (message.type === 'Notification') return readEvent(gateway, parseJson(message.message));
    if (message.type === 'SubscriptionConfirmation') {
      const url = confirmationUrl(message.subscribeUrl ?? '', host, topicArn);
      if (url === undefined) return { kind: 'unreadable' };
      await confirm(url);
    }
    return { kind: 'receipts', receipts: [] };
  };
}

/**
 * Where a message says that its certificate is, made anew from its one part that varies. Anything else, such as a query,
 * could make the same host answer with a text of the caller's. `undefined`: it is nowhere that Amazon SNS has one.
 */
function certificateUrl(said: string, host: string): string | undefined {
  const [, id] = /\/SimpleNotificationService-([0-9a-f]{32})\.pem$/.exec(said) ?? [];
  const url = `https://${host}/SimpleNotificationService-${id}.pem`;
  return said === url ? url : undefined;
}

/** The same for where a subscription to the topic is confirmed. */
function confirmationUrl(said: string, host: string, topicArn: string): string | undefined {
  const [, token] = /&Token=([A-Za-z0-9]{1,1024})$/.exec(said) ?? [];
  const url = `https://${host}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
  return said === url ? url : undefined;
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

/** Asks by that link, such as through a proxy. */
export function askBy(link: Link | undefined, clock: Clock): AskUrl {
  return async (url) => {
    const deadline = createDeadline(clock, ASK_MS_MAX);
    const asked = { verb: 'GET', url, headers: {}, body: undefined };
    const result = await exchange(asked, deadline, link).finally(deadline.cancel);
    return result.kind === 'answered' ? gatewayAnswerOf(result.answer) : undefined;
  };
}

/** The same for what is no text. */
export function askOctetsBy(link: Link): (url: string) => Promise<Uint8Array | undefined> {
  return async (url) => {
    try {
      const signal = AbortSignal.timeout(ASK_MS_MAX);
      const send = /^https:/i.test(url) ? requestTls : requestPlain;
      const options: LinkedRequest = { agent: link.agentFor(url), signal, connectSignal: signal };
      // What breaks after that, the answer tells as well.
      const call = send(url, options).on('error', () => undefined);
      const [response] = (await once(call.end(), 'response', { signal })) as [IncomingMessage];
      if (response.statusCode !== 200) return void response.destroy();
      const parts: Uint8Array[] = [];
      let octets = 0;
      for await (const part of response as AsyncIterable<Buffer>) {
        octets += part.byteLength;
        if (octets > OCTETS_MAX) return undefined;
        parts.push(part);
      }
      return Buffer.concat(parts);
    } catch {
      return undefined;
    }
  };
}
