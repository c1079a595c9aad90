import { fetchBounded } from '../../google/fetch-bounded.ts';
import type { SmsConfig } from '../../run/config.ts';
import { memberAt } from './member-path.ts';
import { e164Of } from './phone-number.ts';
import { type TextReader, TextsUnreadable } from './text-reader.ts';

/** Reads texts from any HTTP route that shows them as JSON. */
export function httpReader(sms: Extract<SmsConfig, { kind: 'http' }>): TextReader {
  // What follows the question mark may hold a key.
  const shown = sms.url.replace(/\?.*/s, '');
  const list = async (phoneNumber: string): Promise<readonly string[]> => {
    const url = sms.url.replaceAll('{phoneNumber}', encodeURIComponent(phoneNumber));
    const messages = memberAt(await fetchJson(url, sms.headers ?? {}), sms.messages ?? '');
    if (!Array.isArray(messages)) throw new TextsUnreadable(`no list of messages in the answer of ${shown}`);
    const read = messages.map((message: unknown) => ({
      to: sms.to === undefined ? phoneNumber : e164Of(memberAt(message, sms.to)),
      text: memberAt(message, sms.text),
    }));
    // A wrong path must not look like an endpoint that sends no texts.
    if (read.length > 0 && read.every(({ to }) => to === undefined))
      throw new TextsUnreadable(`no international number at ${sms.to} in the messages of ${shown}`);
    if (read.length > 0 && read.every(({ text }) => typeof text !== 'string'))
      throw new TextsUnreadable(`no text at ${sms.text} in the messages of ${shown}`);
    return read.flatMap(({ to, text }) => (to === phoneNumber && typeof text === 'string' ? [text] : []));
  };
  return { describes: `from ${shown}`, list, askCode: undefined, close: async () => {} };
}

async function fetchJson(url: string, headers: Record<string, string>): Promise<unknown> {
  try {
    return JSON.parse(await fetchBounded(url, { headers }));
  } catch (cause) {
    const { host, pathname } = new URL(url);
    const told = cause instanceof Error ? cause.message : String(cause);
    throw new TextsUnreadable(`can't read texts from ${host}${pathname}: ${told}`, { cause });
  }
}
