import { layOut, type SmsTemplates } from './sms-text.ts';
import { smsTexts, type TextContext, textContexts } from './sms-texts.ts';

/** One text as it is worded, for whoever has to read, translate or register it. */
export interface Wording {
  readonly language: string;
  readonly context: TextContext;
  /** Whether it comes with the program, to the letter. */
  readonly source: 'shipped' | 'own';
  /** With `{code}` and `{brand}`. */
  readonly text: string;
  /** The whole message: the text, and `{smsMatchingToken}` on its line. */
  readonly message: string;
}

/** Every text that can be sent, by language and context. */
export function listWordings({ byLanguage, tokenLine }: SmsTemplates): readonly Wording[] {
  return Array.from(byLanguage, ([language, own]) =>
    textContexts.map((context): Wording => {
      const { wording: text } = own[context];
      const [beforeCode = '', afterCode = ''] = text.split('{code}');
      const source = smsTexts[language]?.[context] === text ? 'shipped' : 'own';
      const message = layOut({ beforeCode, afterCode }, tokenLine, '{code}', '{smsMatchingToken}');
      return { language, context, source, text, message };
    }),
  ).flat();
}
