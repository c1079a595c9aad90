import type { DeliveryReceipt } from '../../../ports/delivery-receipt.ts';
import type { MessageIds } from './message-ids.ts';
import type { Pdu } from './read.ts';

/** What a `deliver_sm` or `data_sm` turned out to be. */
export type Delivered =
  | { readonly kind: 'receipt'; readonly receipt: DeliveryReceipt }
  /** A receipt that says nothing final. */
  | { readonly kind: 'not-final'; readonly detail: string }
  /** It looks like a receipt. `detail`: what is missing or not known. */
  | { readonly kind: 'unreadable'; readonly detail: string }
  /** A text from a phone, or another thing that is none of our business. */
  | { readonly kind: 'none' };

/** Bits 5 to 2 of `esm_class`. [SMPP 3.4, section 5.2.12] */
const MESSAGE_TYPE = 0x3c;
const RECEIPT = 0x04;
const INTERMEDIATE = 0x20;

/** The text begins with a header of its own. */
const HAS_HEADER = 0x40;

/** `message_state` [SMPP 3.4, section 5.2.28; 0 and 9: SMPP 5.0] in the words of a receipt's text [the same, appendix B]. */
const WORDS: Readonly<Record<number, string>> = {
  0: 'SCHEDULED',
  1: 'ENROUTE',
  2: 'DELIVRD',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIV',
  6: 'ACCEPTD',
  7: 'UNKNOWN',
  8: 'REJECTD',
  9: 'SKIPPED',
};

type State = DeliveryReceipt['state'] | 'not-final';

/**
 * Words of states. Gateways write those of the standard in full as well, and have some of their own.
 * [SMPP 3.4, 5.2.28 and appendix B; smscentral.com.au/sms-api/smpp/receive-dlrs; melroselabs.scrollhelp.site]
 */
const STATES: ReadonlyMap<string, State> = new Map<string, State>([
  ...['DELIVRD', 'DELIVERED', 'DELIVERD'].map((word) => [word, 'delivered'] as const),
  ...[
    ...['EXPIRED', 'DELETED', 'UNDELIV', 'REJECTD', 'SKIPPED'],
    ...['UNDELIVERABLE', 'UNDELIVERED', 'UNDELIVRD', 'REJECTED', 'FAILED', 'NOCRED', 'SYSERR'],
  ].map((word) => [word, 'undelivered'] as const),
  ...[
    ...['ENROUTE', 'ACCEPTD', 'UNKNOWN', 'ACCEPTED', 'EN_ROUTE'],
    ...['SCHEDULED', 'SCHEDLD', 'BUFFRED', 'BUFFERED', 'PENDING'],
  ].map((word) => [word, 'not-final'] as const),
]);

/**
 * Reads what a gateway delivers. A receipt is told by the parameters for its id and its state, which no phone can set, or
 * by `esm_class`; a phone can write a text that looks like one, so a text by itself is only told of. [OQ-76] Its parameters
 * count, and for what they don't say its text, whose last part may quote the text message.
 */
export function readDelivered(pdu: Pdu, gateway: string, ids: MessageIds): Delivered {
  const type = (pdu.number('esm_class') ?? 0) & MESSAGE_TYPE;
  const said = saidIn(pdu);
  const word = wordFor(pdu.number('message_state')) ?? said.state;
  const id = pdu.text('receipted_message_id') ?? said.id;
  const isCertain =
    pdu.text('receipted_message_id') !== undefined && pdu.octets('message_state') !== undefined;
  if (!isCertain && type !== RECEIPT) {
    if (said.id === undefined || said.state === undefined) return { kind: 'none' };
    if (type === INTERMEDIATE) return { kind: 'not-final', detail: fitWord(word) };
    return { kind: 'unreadable', detail: 'not marked as a receipt' };
  }
  if (word === undefined) return { kind: 'unreadable', detail: 'no state' };
  const state = STATES.get(word);
  if (state === undefined) return { kind: 'unreadable', detail: `state ${fitWord(word)}` };
  if (state === 'not-final') return { kind: 'not-final', detail: word };
  const names = ids.namesOf(id);
  if (names === undefined) return { kind: 'unreadable', detail: `no message id, ${word}` };
  const detail = said.code === undefined ? word : `${word}, err ${said.code}`;
  return { kind: 'receipt', receipt: { gateway, ...names, state, detail } };
}

interface Said {
  readonly id: string | undefined;
  /** In capitals. */
  readonly state: string | undefined;
  readonly code: string | undefined;
}

/** Not what follows an id that is left out. */
const ID =
  /\b(?:id|message_?id|msg_?id)\s*[:=]\s*"?(?!(?:sub|dlvrd|submit|done|stat|err)[a-z ]{0,10}[:=])([^\s,;|&"]{1,100})/i;

/** Names and values in any order, with spaces or commas between. */
function saidIn(pdu: Pdu): Said {
  const [said = ''] = textIn(pdu).split(/\btext\s*[:=]/i);
  const state = /\bstat(?:us|e)?\s*[:=]\s*"?([A-Za-z_]{1,20})/i.exec(said)?.[1];
  const code = /\berr(?:or)?\s*[:=]\s*"?([A-Za-z0-9]{1,8})\b/i.exec(said)?.[1];
  return {
    id: ID.exec(said)?.[1],
    state: state?.toUpperCase(),
    // Long ones may be anything, a code of ours among it.
    code: code !== undefined && /\d{6}/.test(code) ? undefined : code,
  };
}

/** Receipts are ASCII, but for those that a gateway writes in UCS-2. */
function textIn(pdu: Pdu): string {
  const short = pdu.octets('short_message');
  const octets = (short?.length ? short : pdu.octets('message_payload')) ?? Buffer.alloc(0);
  const [headerLength = 0] = octets;
  const hasHeader = ((pdu.number('esm_class') ?? 0) & HAS_HEADER) !== 0;
  const text = hasHeader ? octets.subarray(1 + headerLength) : octets;
  const isUcs2 = pdu.number('data_coding') === 8 && text.length % 2 === 0;
  return isUcs2 ? Buffer.from(text).swap16().toString('utf16le') : text.toString('latin1');
}

function wordFor(messageState: number | undefined): string | undefined {
  return messageState === undefined ? undefined : WORDS[messageState];
}

/** As far as it is a word: what a phone or an unknown gateway wrote is not repeated. */
function fitWord(word: string | undefined): string {
  return word !== undefined && /^[A-Z_]{1,20}$/.test(word) ? word : 'not a word';
}
