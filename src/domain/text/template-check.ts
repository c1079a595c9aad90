import { codePointOf } from '../../ports/hidden-characters.ts';
import { gsm7Substitute } from './gsm7-substitute.ts';
import { measureSms, type SmsEncoding } from './sms-encoding.ts';
import { layOut, type SmsTemplate, type SmsTemplates, type TokenLine } from './sms-text.ts';
import { type TextContext, textContexts } from './sms-texts.ts';
import { findCodeLookalikes } from './template-faults.ts';

/** A message within it is sure to be matched on the device. [SMS-7, SMS-18, OQ-12] */
const BYTES_MAX = 140;

/** As Android makes them: eight bytes in base64. All of its characters take one unit, in either encoding. [SMS-17] */
const EXAMPLE_TOKEN = 'AbCdEfGhIjK';

/** A character that turns the message into UCS-2. */
export interface ForcingCharacter {
  readonly character: string;
  /** Such as `U+00F3`. */
  readonly codePoint: string;
  /** Whether it comes with the brand. */
  readonly inBrand: boolean;
  /** What may be written for it in GSM-7; `undefined`: nothing. */
  readonly substitute: string | undefined;
}

/** One text with the longest code, the brand and a token, measured. */
export interface TextReport {
  readonly language: string;
  readonly context: TextContext;
  /** One segment and at most 140 bytes of UTF-8. [OQ-12] */
  readonly fits: boolean;
  /** What is too much, such as "85 units of UCS-2, 15 over 70". Empty if it fits. */
  readonly misfit: string;
  readonly encoding: SmsEncoding;
  readonly segments: number;
  readonly units: number;
  /** What one segment holds. */
  readonly unitsMax: number;
  readonly unitsOver: number;
  /** Of UTF-8. */
  readonly bytes: number;
  readonly bytesMax: number;
  readonly bytesOver: number;
  readonly forcing: readonly ForcingCharacter[];
  /** What would make it fit. Empty if it does. */
  readonly suggestions: readonly string[];
  /** The whole message with a made-up code and token. */
  readonly example: string;
}

export interface TemplateReport {
  /** Whether every text does. */
  readonly fits: boolean;
  readonly brand: string;
  readonly codeLength: number;
  readonly tokenLine: TokenLine;
  readonly texts: readonly TextReport[];
  /** What is allowed and yet unwise. */
  readonly warnings: readonly string[];
}

/** Measures every text in every context with the longest code. Nothing should be sent if one does not fit. [OQ-12] */
export function checkTemplates(templates: SmsTemplates): TemplateReport {
  const { brand, codeLength, tokenLine, byLanguage } = templates;
  const texts = Array.from(byLanguage, ([language, own]) =>
    textContexts.map((context) => measureText(language, context, own[context], templates)),
  ).flat();
  const warnings = findCodeLookalikes(brand).map(
    (word) => `the brand has "${word}", which a phone could take for the code [SMS-11]`,
  );
  return { fits: texts.every(({ fits }) => fits), brand, codeLength, tokenLine, texts, warnings };
}

function measureText(
  language: string,
  context: TextContext,
  template: SmsTemplate,
  { brand, codeLength, tokenLine }: SmsTemplates,
): TextReport {
  const example = layOut(template, tokenLine, '1234567890'.slice(0, codeLength), EXAMPLE_TOKEN);
  const { forcing, ...measure } = measureSms(example);
  const bytes = Buffer.byteLength(example);
  const unitsOver = Math.max(0, measure.units - measure.unitsMax);
  const bytesOver = Math.max(0, bytes - BYTES_MAX);
  const misfit = [
    ...(unitsOver > 0
      ? [`${measure.units} units of ${measure.encoding.toUpperCase()}, ${unitsOver} over ${measure.unitsMax}`]
      : []),
    ...(bytesOver > 0 ? [`${bytes} bytes, ${bytesOver} over ${BYTES_MAX}`] : []),
  ].join(' and ');
  const fits = misfit === '';
  const characters = forcing.map((character) => ({
    character,
    codePoint: codePointOf(character),
    inBrand: brand.includes(character),
    substitute: gsm7Substitute(character),
  }));
  return {
    language,
    context,
    fits,
    misfit,
    ...measure,
    unitsOver,
    bytes,
    bytesMax: BYTES_MAX,
    bytesOver,
    forcing: characters,
    suggestions: fits ? [] : suggest(example, characters, { unitsOver, bytesOver }),
    example,
  };
}

function fitsOneSegment(message: string): boolean {
  return measureSms(message).segments === 1 && Buffer.byteLength(message) <= BYTES_MAX;
}

function suggest(
  example: string,
  forcing: readonly ForcingCharacter[],
  over: { readonly unitsOver: number; readonly bytesOver: number },
): string[] {
  return [...suggestSubstitutes(example, forcing), suggestShortening(example, over)];
}

/** Offered only if it makes the text fit: accents are not given up for nothing. */
function suggestSubstitutes(example: string, forcing: readonly ForcingCharacter[]): string[] {
  const composed = example.normalize('NFC');
  if (composed !== example && fitsOneSegment(composed))
    return ['write accented letters as single characters (NFC)'];
  const substituted = forcing.reduce(
    (text, { character, substitute }) => text.replaceAll(character, substitute ?? character),
    example,
  );
  if (forcing.length === 0 || !fitsOneSegment(substituted)) return [];
  const changes = forcing.flatMap(({ character, codePoint, substitute, inBrand }) =>
    substitute === undefined
      ? []
      : [`${character.trim()} (${codePoint}${inBrand ? ', in the brand' : ''}) by "${substitute}"`],
  );
  return [`replace ${changes.join(', ')}, or choose other words, to stay in GSM-7`];
}

function suggestShortening(
  example: string,
  { unitsOver, bytesOver }: { readonly unitsOver: number; readonly bytesOver: number },
): string {
  const widest = Math.max(...Array.from(example, (character) => Buffer.byteLength(character)));
  const characters = Math.max(unitsOver, Math.ceil(bytesOver / widest));
  return `shorten the text or the brand by ${characters} ${characters === 1 ? 'character' : 'characters'} or more`;
}
