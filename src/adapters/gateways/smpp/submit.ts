import type { SmsMessage } from '../../../ports/sms-gateway.ts';
import { senderFor } from '../shared/sender.ts';
import type { PduFields } from './pdu.ts';
import type { SmppSettings } from './settings.ts';

interface NumberType {
  readonly ton: number;
  readonly npi: number;
}

export type SmppSender = Pick<
  SmppSettings,
  | 'sender'
  | 'senders'
  | 'senderTon'
  | 'senderNpi'
  | 'senderTypes'
  | 'recipientTon'
  | 'recipientNpi'
  | 'charset'
  | 'dataCoding'
  | 'validity'
  | 'serviceType'
  | 'receipts'
>;

const UCS2 = 8;
const UCS2_UNITS_MAX = 70;

/** A text in the words of `submit_sm`. `undefined`: it is longer than one text message. [SMPP 3.4, section 4.4.1] */
export function writeSubmit(message: SmsMessage, terms: SmppSender, nowMs: number): PduFields | undefined {
  const text = message.text.reveal();
  const isPlain = message.encoding === 'gsm-7' && canWrite(terms.charset, text);
  const fits =
    isPlain || message.encoding === 'ucs-2' ? message.segments === 1 : text.length <= UCS2_UNITS_MAX;
  if (!fits) return undefined;
  return {
    service_type: terms.serviceType ?? '',
    ...sourceFields(senderFor(message, terms), terms),
    dest_addr_ton: terms.recipientTon,
    dest_addr_npi: terms.recipientNpi,
    // E.164, which SMPP writes without the plus sign.
    destination_addr: message.to.reveal().replace('+', ''),
    validity_period: validityOf(terms.validity, message.validityMs, nowMs),
    registered_delivery: terms.receipts ? 1 : 0,
    data_coding: isPlain ? terms.dataCoding : UCS2,
    short_message: octetsOf(text, isPlain, terms),
    ...writeDlt(message),
  };
}

/** GSM-7 under data coding 0, with one septet an octet, is what the library writes by itself. */
function octetsOf(text: string, isPlain: boolean, { charset }: SmppSender): string | Buffer {
  if (!isPlain) return text;
  return charset === 'gsm-7' ? text : Buffer.from(text, 'latin1');
}

function canWrite(charset: SmppSender['charset'], text: string): boolean {
  if (charset === 'gsm-7') return true;
  const last = charset === 'ascii' ? 0x7f : 0xff;
  return Array.from(text).every((character) => (character.codePointAt(0) ?? 0) <= last);
}

type SenderKind = 'letters' | 'shortCode' | 'number';

/** [infobip.com/glossary/ton-npi-settings] */
const USUAL_TYPES: Readonly<Record<SenderKind, NumberType>> = {
  letters: { ton: 5, npi: 0 },
  shortCode: { ton: 3, npi: 0 },
  number: { ton: 1, npi: 1 },
};

function kindOf(sender: string): SenderKind {
  if (!/^\+?[0-9]+$/.test(sender)) return 'letters';
  return /^[0-9]{1,8}$/.test(sender) ? 'shortCode' : 'number';
}

function sourceFields(sender: string, { senderTon, senderNpi, senderTypes = {} }: SmppSender): PduFields {
  const kind = kindOf(sender);
  const { ton, npi } = senderTypes[kind] ?? USUAL_TYPES[kind];
  return {
    source_addr_ton: senderTon ?? ton,
    source_addr_npi: senderNpi ?? npi,
    source_addr: kind === 'number' ? sender.replace('+', '') : sender,
  };
}

const DAY_SECONDS = 86_400;

/** At least a second and less than a month. [SMPP 3.4, section 7.1.1] */
function validityOf(validity: SmppSender['validity'], durationMs: number, nowMs: number): string {
  if (validity === 'none') return '';
  const seconds = Math.min(28 * DAY_SECONDS, Math.max(1, Math.floor(durationMs / 1000)));
  // `YYMMDDhhmmsstnnp` in UTC; relative `R` counts from when the gateway takes the text.
  if (validity === 'absolute') {
    const digits = new Date(nowMs + seconds * 1000).toISOString().replace(/[^0-9]/g, '');
    return `${digits.slice(2, 14)}000+`;
  }
  const parts = [
    Math.floor(seconds / DAY_SECONDS),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  return `0000${parts.map((part) => String(part).padStart(2, '0')).join('')}000R`;
}

function writeDlt({ dlt }: SmsMessage): PduFields {
  return dlt === undefined ? {} : { dlt_entity_id: dlt.entityId, dlt_template_id: dlt.templateId };
}
