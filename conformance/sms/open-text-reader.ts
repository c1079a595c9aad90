import type { SmsConfig } from '../config.ts';
import { codePrompt } from './code-prompt.ts';
import { commandReader } from './command-reader.ts';
import { httpReader } from './http-reader.ts';
import type { TextReader } from './text-reader.ts';
import { webhookReader } from './webhook-reader.ts';

export async function openTextReader(sms: SmsConfig): Promise<TextReader> {
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
