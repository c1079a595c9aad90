import type { SmsConfig } from '../../run/config.ts';
import { codePrompt } from './code-prompt.ts';
import { commandReader } from './command-reader.ts';
import { httpReader } from './http-reader.ts';
import { type TextReader, TextsUnreadable } from './text-reader.ts';
import { webhookReader } from './webhook-reader.ts';

/** Ten times what phones show; a longer one is no text, and would only cost the checks their time. */
const textLengthMax = 16_384;

/** The reader of that kind. Its `list` throws `TextsUnreadable` for a text of more than 16,384 characters. */
export async function openTextReader(sms: SmsConfig): Promise<TextReader> {
  const reader = await readerOf(sms);
  const { list } = reader;
  if (list === undefined) return reader;
  const bounded = async (phoneNumber: string): Promise<readonly string[]> => {
    const texts = await list(phoneNumber);
    const longest = Math.max(0, ...texts.map(({ length }) => length));
    if (longest <= textLengthMax) return texts;
    throw new TextsUnreadable(
      `a text ${reader.describes} has ${longest} characters; at most ${textLengthMax} are read`,
    );
  };
  return { ...reader, list: bounded };
}

async function readerOf(sms: SmsConfig): Promise<TextReader> {
  switch (sms.kind) {
    case 'inbox':
      return httpReader({
        ...sms,
        kind: 'http',
        url: inboxUrl(sms.url),
        messages: 'texts',
        text: 'text',
        to: 'to',
      });
    case 'http':
      return httpReader(sms);
    case 'webhook':
      return webhookReader(sms);
    case 'command':
      return commandReader(sms.command);
    case 'prompt':
      return codePrompt();
  }
}

function inboxUrl(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}to={phoneNumber}`;
}
