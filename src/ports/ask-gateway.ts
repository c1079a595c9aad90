import type { Deadline } from './clock.ts';
import { keptDetail, keptMessageId } from './kept-words.ts';
import { refusalReasons } from './refusal-reasons.ts';
import type { Delivery, SmsGateway, SmsMessage } from './sms-gateway.ts';

/** What a gateway told, where nothing but its kind is as the port has it. */
type Told = { readonly [Member in 'gateway' | 'detail' | 'messageId' | 'receiptKey' | 'later']?: unknown } & {
  readonly kind: Delivery['kind'];
};

/**
 * Hands a text to a gateway, and yields what became of it as the port has it, whatever a gateway of somebody's own tells.
 * Never rejects. A member that can't be right is left out, since the kind alone decides about a second text; what tells no
 * `Delivery`, or throws, is `unknown`: its text may be on its way. [OQ-28]
 */
export async function askGateway(
  gateway: SmsGateway,
  message: SmsMessage,
  deadline: Deadline,
): Promise<Delivery> {
  try {
    const delivery = deliveryOf(await gateway.send(message, deadline), gateway.name, message);
    return delivery ?? { kind: 'unknown', gateway: gateway.name, detail: 'no Delivery' };
  } catch (error) {
    return { kind: 'unknown', gateway: gateway.name, detail: error instanceof Error ? error.name : 'thrown' };
  }
}

/** `undefined`: it is no `Delivery`. */
function deliveryOf(given: unknown, name: string, message: SmsMessage): Delivery | undefined {
  if (!isTold(given)) return undefined;
  const gateway = textOf(given.gateway) ?? name;
  const receiptKey = textOf(given.receiptKey);
  const receipt = receiptKey === undefined ? {} : { receiptKey };
  if (given.kind === 'accepted') {
    return {
      kind: 'accepted',
      gateway,
      messageId: keptMessageId(textOf(given.messageId), message.to),
      ...receipt,
    };
  }
  const detail = keptDetail(textOf(given.detail) ?? '', message);
  if (given.kind === 'refused') {
    const reason = refusalReasons.find((known) => 'reason' in given && known === given.reason);
    return reason && { kind: 'refused', gateway, reason, detail };
  }
  // Whoever waits for it does so after a durable step, and a rejection that nobody waits for ends the process.
  const later =
    given.later === undefined
      ? undefined
      : Promise.resolve(given.later)
          .then((news) => deliveryOf(news, name, message))
          .catch(() => undefined);
  return { kind: 'unknown', gateway, detail, ...(later && { later }), ...receipt };
}

function isTold(given: unknown): given is Told {
  if (typeof given !== 'object' || given === null || !('kind' in given)) return false;
  return given.kind === 'accepted' || given.kind === 'refused' || given.kind === 'unknown';
}

function textOf(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given : undefined;
}
