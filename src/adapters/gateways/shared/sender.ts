import type { SmsMessage } from '../../../ports/sms-gateway.ts';

/** Who a text comes from, as one gateway is set up. */
export interface SenderSettings {
  /** Where `senders` has none. */
  readonly sender: string;
  /** By ISO 3166-1 alpha-2 code of the recipient's country. */
  readonly senders?: Readonly<Record<string, string>> | undefined;
}

/** The sender for the recipient's country: many countries take registered or local senders only. */
export function senderFor(
  { country }: Pick<SmsMessage, 'country'>,
  { sender, senders = {} }: SenderSettings,
): string {
  return country !== undefined && Object.hasOwn(senders, country) ? (senders[country] ?? sender) : sender;
}
