import type { DeliveryReceipt, ReceiptSink } from '../../ports/delivery-receipt.ts';
import type { Pdu } from './smpp-pdu.ts';

/**
 * How a gateway writes message ids: the same everywhere; or the answer to a text in hexadecimal and the receipt in
 * decimal, as some do [help.nexmo.com/hc/en-us/articles/204015663]; or the other way round.
 */
export type MessageIdForm = 'same' | 'hex-then-decimal' | 'decimal-then-hex';

/** By what a text and its receipt find each other; `undefined`: the id is none. */
export function receiptKeyOf(
  gateway: string,
  messageId: string | undefined,
  form: MessageIdForm,
  place: 'answer' | 'receipt',
): string | undefined {
  if (messageId === undefined || !/^[\x21-\x7e]{1,100}$/.test(messageId)) return undefined;
  if (form === 'same') return `${gateway}:${messageId}`;
  const isHex = (form === 'hex-then-decimal') === (place === 'answer');
  const digits = isHex ? /^[0-9a-fA-F]+$/ : /^[0-9]+$/;
  return digits.test(messageId) ? `${gateway}:${BigInt(`${isHex ? '0x' : ''}${messageId}`)}` : undefined;
}

/** Bits 5 to 2 of `esm_class`: the text is a receipt, and a final one. [SMPP 3.4, section 5.2.12] */
const isReceipt = (esmClass: number) => (esmClass & 0x3c) === 0x04;

/** `message_state` [SMPP 3.4, section 5.2.28] in the words of a receipt's text [the same, appendix B]. */
const WORDS: Readonly<Record<number, string>> = {
  1: 'ENROUTE',
  2: 'DELIVRD',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIV',
  6: 'ACCEPTD',
  7: 'UNKNOWN',
  8: 'REJECTD',
};

/** What is final. Of the others nothing is known yet, or ever. */
const STATES: Readonly<Record<string, DeliveryReceipt['state']>> = {
  DELIVRD: 'delivered',
  EXPIRED: 'undelivered',
  DELETED: 'undelivered',
  UNDELIV: 'undelivered',
  REJECTD: 'undelivered',
};

/**
 * The receipt in a `deliver_sm` or `data_sm`; `undefined`: there is none, or nothing final. Its optional parameters
 * count, and for what they don't say its text, whose last part may quote the text message.
 */
function readReceipt(pdu: Pdu, gateway: string, form: MessageIdForm): DeliveryReceipt | undefined {
  if (!isReceipt(pdu.number('esm_class') ?? 0)) return undefined;
  const [said = ''] = (pdu.text('short_message') ?? pdu.text('message_payload') ?? '').split(/\btext:/i);
  const state = pdu.number('message_state');
  const word = (state !== undefined && WORDS[state]) || /\bstat:([A-Za-z]{1,10})/i.exec(said)?.[1] || '';
  const messageId = pdu.text('receipted_message_id') ?? /\bid:(\S+)/i.exec(said)?.[1];
  const receiptKey = receiptKeyOf(gateway, messageId, form, 'receipt');
  const stateWord = word.toUpperCase();
  const final = Object.hasOwn(STATES, stateWord) ? STATES[stateWord] : undefined;
  if (final === undefined || receiptKey === undefined) return undefined;
  const code = /\berr:([A-Za-z0-9]{1,8})\b/i.exec(said)?.[1];
  const fit = code !== undefined && !/\d{6}/.test(code);
  return { gateway, receiptKey, state: final, detail: fit ? `${stateWord}, err ${code}` : stateWord };
}

/**
 * Hands over the receipt in a PDU, if there is one, and tells the status to answer with: success once it is recorded
 * or no text is known to it, and what makes the gateway repeat it if the sink failed. What phones send is taken and
 * dropped.
 */
export async function takeDelivery(
  pdu: Pdu,
  gateway: string,
  form: MessageIdForm,
  sink: ReceiptSink | undefined,
): Promise<string> {
  const receipt = readReceipt(pdu, gateway, form);
  if (receipt === undefined || sink === undefined) return 'ESME_ROK';
  try {
    await sink(receipt);
    return 'ESME_ROK';
  } catch {
    return 'ESME_RX_T_APPN';
  }
}
