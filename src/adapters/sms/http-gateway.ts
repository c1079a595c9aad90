import type { Deadline } from '../../ports/clock.ts';
import type { ReceiptReader } from '../../ports/delivery-receipt.ts';
import type { CredentialCheck, Delivery, SmsGateway, SmsMessage } from '../../ports/sms-gateway.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { exchange, type GatewayAnswer, type GatewayRequest } from './exchange.ts';
import { createLink, type Link, type LinkSettings } from './gateway-link.ts';
import { keyOf } from './receipt-call.ts';
import type { Verdict } from './verdict.ts';

/** What one gateway does differently from the others. */
export interface GatewayDialect {
  readonly name: string;
  readonly link: LinkSettings;
  /** Puts a message into the gateway's words. Does no input or output. */
  write(message: SmsMessage): GatewayRequest | Promise<GatewayRequest>;
  /** Tells what an answer, of whatever status, says about the message. */
  read(answer: GatewayAnswer): Verdict;
  /** `undefined`: no receipts are asked for. */
  readonly receipts?: DialectReceipts | undefined;
  /** The request that tells that a code was verified. `undefined`: it isn't told. */
  readonly confirm?: ((messageId: string) => GatewayRequest | Promise<GatewayRequest>) | undefined;
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
  write(): GatewayRequest | Promise<GatewayRequest>;
  read(answer: GatewayAnswer): CredentialCheck;
}

/** A gateway that takes one message by one HTTP request. */
export function createHttpGateway(dialect: GatewayDialect): SmsGateway {
  const { name, receipts, confirm, credentialCheck } = dialect;
  const link = createLink(dialect.link);
  const running = new Set<Promise<Delivery>>();
  return {
    name,
    send(message, deadline) {
      const sending = submit(dialect, message, deadline, link)
        .catch((error: unknown) => unknownAfter(error))
        .then((verdict): Delivery => ({ ...withoutNumber(verdict, message), gateway: name }))
        .then((delivery) => withReceiptKey(delivery, message, receipts));
      running.add(sending);
      return sending.finally(() => running.delete(sending));
    },
    readReceipts: receipts?.read,
    confirmVerified:
      confirm && (async (messageId, deadline) => tell(name, await confirm(messageId), deadline, link)),
    checkCredentials:
      credentialCheck &&
      ((deadline) => checkCredentials(credentialCheck, deadline, link).catch(unknownAfter)),
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
): Promise<Verdict> {
  let request: GatewayRequest;
  try {
    request = await dialect.write(message);
  } catch (error) {
    // Such as half a character in a text, which no URL has an encoding for.
    return { kind: 'refused', reason: 'gateway-down', detail: `not sent, ${nameOf(error)} while writing it` };
  }
  const result = await exchange(request, deadline, link);
  switch (result.kind) {
    case 'answered':
      return dialect.read(result.answer);
    case 'unreached':
      return { kind: 'refused', reason: 'gateway-down', detail: result.fault };
    case 'lost':
      return { kind: 'unknown', detail: result.fault };
  }
}

async function checkCredentials(
  { write, read }: CredentialCheckDialect,
  deadline: Deadline,
  link: Link,
): Promise<CredentialCheck> {
  const result = await exchange(await write(), deadline, link);
  return result.kind === 'answered' ? read(result.answer) : { kind: 'unknown', detail: result.fault };
}

function unknownAfter(error: unknown): Extract<Verdict & CredentialCheck, { kind: 'unknown' }> {
  return { kind: 'unknown', detail: nameOf(error) };
}

/** A message may quote values. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'thrown';
}

/** The record keeps message ids; one that isn't an id, or has the phone number in it, is not kept. [IDEM-13] */
function withoutNumber(verdict: Verdict, { to }: SmsMessage): Verdict {
  if (verdict.kind !== 'accepted' || verdict.messageId === undefined) return verdict;
  const { messageId } = verdict;
  const fit = /^[\x21-\x7e]{1,128}$/.test(messageId) && !messageId.includes(to.reveal().slice(-7));
  return fit ? verdict : { kind: 'accepted', messageId: undefined };
}

function withReceiptKey(
  delivery: Delivery,
  message: SmsMessage,
  receipts: DialectReceipts | undefined,
): Delivery {
  if (receipts === undefined || delivery.kind === 'refused') return delivery;
  const messageId = delivery.kind === 'accepted' ? delivery.messageId : undefined;
  const receiptKey = keyOf(delivery.gateway, receipts.nameOf(message, messageId));
  return receiptKey === undefined ? delivery : { ...delivery, receiptKey };
}

/** Rejects with `UnavailableError` unless the answer is a success. */
async function tell(name: string, request: GatewayRequest, deadline: Deadline, link: Link): Promise<void> {
  const result = await exchange(request, deadline, link);
  if (result.kind !== 'answered') throw new UnavailableError(`${name} could not be told: ${result.fault}`);
  const { status } = result.answer;
  if (status < 200 || status > 299) throw new UnavailableError(`${name} did not take it: HTTP ${status}`);
}
