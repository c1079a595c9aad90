import type { Deadline } from '../../../ports/clock.ts';
import type { ReceiptReader } from '../../../ports/delivery-receipt.ts';
import { keptDetail, keptMessageId } from '../../../ports/kept-words.ts';
import type { CredentialCheck, Delivery, SmsGateway, SmsMessage } from '../../../ports/sms-gateway.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { type Exchange, exchange, type HttpRequest } from '../../http-client/exchange.ts';
import { createLink, type Link, type LinkSettings } from '../../http-client/link.ts';
import { unreachedOf } from '../../http-client/probe.ts';
import { type GatewayAnswer, gatewayAnswerOf } from './gateway-answer.ts';
import { receiptKeyOf } from './receipt-call.ts';
import type { Verdict } from './verdict.ts';

/** What one gateway does differently from the others. */
export interface GatewayDialect {
  readonly name: string;
  readonly link: LinkSettings;
  /** Where it is asked: a URL or request template for each of its hosts. */
  readonly urls: readonly (string | undefined)[];
  /** Puts a message into the gateway's words. Does no input or output. */
  write(message: SmsMessage): HttpRequest | Promise<HttpRequest>;
  /** Tells what an answer, of whatever status, says about the message. */
  read(answer: GatewayAnswer): Verdict;
  /** `undefined`: no receipts are asked for. */
  readonly receipts?: DialectReceipts | undefined;
  /** The request that tells that a code was verified. `undefined`: it isn't told. */
  readonly confirm?: ((messageId: string) => HttpRequest | Promise<HttpRequest>) | undefined;
  /** Absent: the gateway has no call that tells whether credentials are right. */
  readonly credentialCheck?: CredentialCheckDialect | undefined;
}

export interface DialectReceipts {
  readonly read: ReceiptReader;
  /** What a receipt will call the text. `messageId` is `undefined` where the gateway told none. */
  nameOf(message: SmsMessage, messageId: string | undefined): string | undefined;
}

/** Receipts that name a text by our reference. */
export function receiptsByReference(read: ReceiptReader): DialectReceipts {
  return { read, nameOf: ({ reference }) => reference };
}

/** A call that needs the credentials and does nothing. */
export interface CredentialCheckDialect {
  write(): HttpRequest | Promise<HttpRequest>;
  read(answer: GatewayAnswer): CredentialCheck;
}

/** So long after its deadline a text's answer is still worth knowing: it spares a retry its second text. [OQ-28] */
const LATE_MS = 10_000;

/** A gateway that takes one message by one HTTP request. */
export function createHttpGateway(dialect: GatewayDialect): SmsGateway {
  const { name, receipts, confirm, credentialCheck } = dialect;
  const link = createLink(dialect.link);
  const running = new Set<Promise<Delivery>>();
  return {
    name,
    send(message, deadline) {
      const sending = submit(dialect, message, deadline, link).catch(
        (error: unknown): Delivery => ({ ...unknownAfter(error), gateway: name }),
      );
      running.add(sending);
      return sending.finally(() => running.delete(sending));
    },
    readReceipts: receipts?.read,
    confirmVerified:
      confirm && (async (messageId, deadline) => tell(name, await confirm(messageId), deadline, link)),
    checkCredentials:
      credentialCheck &&
      ((deadline) => checkCredentials(credentialCheck, deadline, link).catch(unknownAfter)),
    probe: ({ signal }) => unreachedOf(dialect.urls, link, signal),
    async close() {
      await Promise.all(running);
      link.close();
    },
  };
}

async function submit(
  dialect: GatewayDialect,
  message: SmsMessage,
  deadline: Deadline,
  link: Link,
): Promise<Delivery> {
  let request: HttpRequest;
  try {
    request = await dialect.write(message);
  } catch (error) {
    // Such as half a character in a text, which no URL has an encoding for.
    const detail = `not sent, ${nameOf(error)} while writing it`;
    return { kind: 'refused', gateway: dialect.name, reason: 'gateway-down', detail };
  }
  const result = await exchange(request, deadline, link, LATE_MS);
  const delivery = deliveryOf(dialect, message, result);
  if (delivery.kind !== 'unknown' || result.kind !== 'lost' || result.later === undefined) return delivery;
  const later = result.later.then((answer) => {
    const news = deliveryOf(dialect, message, answer);
    return news.kind === 'unknown' ? undefined : news;
  });
  return { ...delivery, later };
}

function deliveryOf(dialect: GatewayDialect, message: SmsMessage, result: Exchange): Delivery {
  const verdict = judge(dialect, result);
  const delivery: Delivery = { ...withoutOwn(verdict, message), gateway: dialect.name };
  const messageId = verdict.kind === 'accepted' ? verdict.messageId : undefined;
  return withReceiptKey(delivery, dialect.receipts?.nameOf(message, messageId));
}

function judge(dialect: GatewayDialect, result: Exchange): Verdict {
  switch (result.kind) {
    case 'answered':
      return dialect.read(gatewayAnswerOf(result.answer));
    case 'unreached':
      return { kind: 'refused', reason: 'gateway-down', detail: result.fault };
    case 'lost': {
      // The head of an answer may say enough without a body.
      const { fault: detail, status } = result;
      const verdict = status === undefined ? undefined : dialect.read({ status, text: '' });
      return verdict === undefined || verdict.kind === 'unknown' ? { kind: 'unknown', detail } : verdict;
    }
  }
}

async function checkCredentials(
  { write, read }: CredentialCheckDialect,
  deadline: Deadline,
  link: Link,
): Promise<CredentialCheck> {
  const result = await exchange(await write(), deadline, link);
  return result.kind === 'answered'
    ? read(gatewayAnswerOf(result.answer))
    : { kind: 'unknown', detail: result.fault };
}

function unknownAfter(error: unknown): Extract<Verdict & CredentialCheck, { kind: 'unknown' }> {
  return { kind: 'unknown', detail: nameOf(error) };
}

/** A message may quote values. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'thrown';
}

/** Neither log nor record may hold the number of a text or its code. [IDEM-13] */
export function withoutOwn(verdict: Verdict, message: SmsMessage): Verdict {
  return verdict.kind === 'accepted'
    ? { kind: 'accepted', messageId: keptMessageId(verdict.messageId, message.to) }
    : { ...verdict, detail: keptDetail(verdict.detail, message) };
}

function withReceiptKey(delivery: Delivery, name: string | undefined): Delivery {
  if (delivery.kind === 'refused') return delivery;
  const receiptKey = receiptKeyOf(delivery.gateway, name);
  return receiptKey === undefined ? delivery : { ...delivery, receiptKey };
}

/** Rejects with `UnavailableError` unless the answer is a success. */
async function tell(name: string, request: HttpRequest, deadline: Deadline, link: Link): Promise<void> {
  const result = await exchange(request, deadline, link);
  if (result.kind !== 'answered') throw new UnavailableError(`${name} could not be told: ${result.fault}`);
  const { status } = result.answer;
  if (status < 200 || status > 299) throw new UnavailableError(`${name} did not take it: HTTP ${status}`);
}
