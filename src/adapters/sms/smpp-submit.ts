import type { SmsMessage } from '../../ports/sms-gateway.ts';
import { type SenderSettings, senderFor } from './sender.ts';
import type { PduFields } from './smpp-pdu.ts';

/** A sender has up to 20 characters: a number with or without `+`, a short code, or an alphanumeric sender id. */
export interface SmppSender extends SenderSettings {
  /** `undefined`: follow from the sender. */
  readonly senderTon?: number | undefined;
  readonly senderNpi?: number | undefined;
  /** Whether the gateway is to tell what became of the text. */
  readonly receipts: boolean;
}

/** A text in the words of `submit_sm`. Only for texts of one segment. [SMPP 3.4, section 4.4.1] */
export function writeSubmit(message: SmsMessage, terms: SmppSender, isGsm7: boolean): PduFields {
  const { ton, npi, address } = addressOf(senderFor(message, terms));
  return {
    source_addr_ton: terms.senderTon ?? ton,
    source_addr_npi: terms.senderNpi ?? npi,
    source_addr: address,
    // International, E.164, which SMPP writes without the plus sign.
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: message.to.reveal().replace('+', ''),
    validity_period: relativeTime(message.validityMs),
    registered_delivery: terms.receipts ? 1 : 0,
    // The gateway's default alphabet, GSM-7 with one septet an octet; or UCS-2.
    data_coding: isGsm7 ? 0 : 8,
    short_message: message.text.reveal(),
    ...writeDlt(message),
  };
}

/** [infobip.com/glossary/ton-npi-settings] */
function addressOf(sender: string): { readonly ton: number; readonly npi: number; readonly address: string } {
  if (!/^\+?[0-9]+$/.test(sender)) return { ton: 5, npi: 0, address: sender };
  const shortCode = /^[0-9]{1,8}$/.test(sender);
  return shortCode
    ? { ton: 3, npi: 0, address: sender }
    : { ton: 1, npi: 1, address: sender.replace('+', '') };
}

const DAY_SECONDS = 86_400;

/** `YYMMDDhhmmss000R`, at least a second and less than a month. [SMPP 3.4, section 7.1.1] */
function relativeTime(durationMs: number): string {
  const seconds = Math.min(28 * DAY_SECONDS, Math.max(1, Math.floor(durationMs / 1000)));
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
