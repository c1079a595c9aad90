import type { SmsConfig } from '../config.ts';
import { memberAt } from './member-path.ts';
import { type TextReader, TextsUnreadable } from './text-reader.ts';

/** Reads texts from any HTTP route that shows them as JSON. */
export function httpReader(sms: Extract<SmsConfig, { kind: 'http' }>): TextReader {
  const list = async (phoneNumber: string): Promise<readonly string[]> => {
    const url = sms.url.replaceAll('{phoneNumber}', encodeURIComponent(phoneNumber));
    const messages = memberAt(await fetchJson(url, sms.headers ?? {}), sms.messages ?? '');
    if (!Array.isArray(messages))
      throw new TextsUnreadable(`no list of messages in the answer of ${sms.url}`);
    return messages.flatMap((message: unknown) => {
      if (sms.to !== undefined && memberAt(message, sms.to) !== phoneNumber) return [];
      const text = memberAt(message, sms.text);
      return typeof text === 'string' ? [text] : [];
    });
  };
  return { describes: `from ${sms.url}`, list, askCode: undefined, close: async () => {} };
}

async function fetchJson(url: string, headers: Record<string, string>): Promise<unknown> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (cause) {
    const { host, pathname } = new URL(url);
    const told = cause instanceof Error ? cause.message : String(cause);
    throw new TextsUnreadable(`can't read texts from ${host}${pathname}: ${told}`, { cause });
  }
}
