import type { OtpContext } from '../../ports/challenge.ts';
import { Secret } from '../../ports/secret.ts';
import type { DltRegistration } from './dlt.ts';
import { lookUpLanguage } from './language-tag.ts';
import { type TextContext, textContextOf } from './sms-texts.ts';

/** A text that waits for its code; the brand stands in it already. */
export interface SmsTemplate {
  readonly beforeCode: string;
  readonly afterCode: string;
  /** As it was written, with `{code}` and `{brand}`. */
  readonly wording: string;
}

/** The line on which the SMS matching token stands alone. [SMS-2] */
export type TokenLine = 'first' | 'last';

/** Every text that can be sent; made by `createTemplates`. */
export interface SmsTemplates {
  /** A key of `byLanguage`. */
  readonly defaultLanguage: string;
  readonly brand: string;
  readonly tokenLine: TokenLine;
  /** Digits of the longest code that is in use. */
  readonly codeLength: number;
  /** By canonical language tag; each language has a text for every context. */
  readonly byLanguage: ReadonlyMap<string, Readonly<Record<TextContext, SmsTemplate>>>;
  /** `undefined`: nothing is registered in India. */
  readonly dlt?: DltRegistration | undefined;
}

export interface SmsTextOrder {
  /** The account's BCP 47 tag, never a request's userLocale. [HDR-8] `undefined`: the default language. */
  readonly language: string | undefined;
  /** `undefined`: the request had none. [SO-5] */
  readonly otpContext: OtpContext | undefined;
  readonly code: Secret;
  readonly smsMatchingToken: Secret;
}

/**
 * The text of one message, in the account's language if there are texts in it, and which language that is. Both
 * secrets are copied verbatim. [SMS-1, SMS-3, SO-4]
 */
export function writeSmsText(
  templates: SmsTemplates,
  { language, otpContext, code, smsMatchingToken }: SmsTextOrder,
): { readonly text: Secret; readonly language: string } {
  const { byLanguage, defaultLanguage, tokenLine } = templates;
  const chosen = lookUpLanguage(language ?? defaultLanguage, byLanguage) ?? defaultLanguage;
  const template = byLanguage.get(chosen)?.[textContextOf(otpContext)];
  if (template === undefined) throw new TypeError(`there is no text for ${chosen}`);
  const text = layOut(template, tokenLine, code.reveal(), smsMatchingToken.reveal());
  return { text: new Secret(text, '[text]'), language: chosen };
}

/** The SMS matching token stands alone on its line, set off from the text by a blank one. [SMS-2, SMS-8] */
export function layOut(
  { beforeCode, afterCode }: Pick<SmsTemplate, 'beforeCode' | 'afterCode'>,
  tokenLine: TokenLine,
  code: string,
  token: string,
): string {
  const text = beforeCode + code + afterCode;
  return tokenLine === 'first' ? `${token}\n\n${text}` : `${text}\n\n${token}`;
}
