import type { DltRegistration } from './dlt.ts';
import { canonicalTag, lookUpLanguage } from './language-tag.ts';
import type { SmsTemplate, SmsTemplates, TokenLine } from './sms-text.ts';
import { smsTexts, type TextContext, textContexts } from './sms-texts.ts';
import { findBrandFaults, findTemplateFaults } from './template-faults.ts';

export interface TemplateOptions {
  /** BCP 47; for accounts without a language or with one that has no texts. */
  readonly defaultLanguage: string;
  /** What `{brand}` stands for: the name by which users know the integrator. */
  readonly brand: string;
  readonly tokenLine: TokenLine;
  /** Digits of the longest code that is in use. */
  readonly codeLength: number;
  /** Tags of the languages to text in. `undefined`: all that there are texts for. */
  readonly languages?: readonly string[] | undefined;
  /** `undefined`: nothing is registered in India. */
  readonly dlt?: DltRegistration | undefined;
}

/** One thing that is wrong with texts, or with the options for them. */
export interface TemplateFault {
  /** What would have to be changed. */
  readonly about: 'overrides' | 'brand' | 'languages' | 'defaultLanguage' | 'dlt';
  /** A language, or a text of it such as `pt.general`. Empty: the whole. */
  readonly text: string;
  /** A sentence. */
  readonly reason: string;
}

/** The texts can't be used. The message lists every fault, one a line. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly faults: readonly TemplateFault[];

  constructor(faults: readonly TemplateFault[]) {
    super(`the SMS texts can't be used:\n${faults.map(({ reason }) => `- ${reason}`).join('\n')}`);
    this.faults = faults;
  }
}

type Texts = Readonly<Record<TextContext, string>>;

/**
 * The shipped texts with the operator's own in their place: `overrides` holds, by language tag and context, texts with
 * `{code}` and `{brand}`, as they were parsed from a file; everything in it is checked. `{}`: the shipped ones alone.
 *
 * What is not overridden stays: a `pt-BR` of one text takes the others from `pt`. A language that nothing is shipped
 * for needs `general`, which then serves every context that it has no text for.
 *
 * Throws `TemplateError` with all faults. Whether the texts fit a segment is for `checkTemplates` to say.
 */
export function createTemplates(overrides: unknown, options: TemplateOptions): SmsTemplates {
  const { brand, tokenLine, codeLength, dlt } = options;
  const faults = findBrandFaults(brand).map((fault) => faultOf('brand', `the brand ${fault}`));
  const texts = completeTexts(readOverrides(overrides, faults), faults);
  const selected = selectLanguages(texts, options.languages, faults);
  const defaultLanguage = lookUpLanguage(options.defaultLanguage, selected);
  // Where none of the languages has texts, that is the fault, and told.
  if (defaultLanguage === undefined && selected.size > 0) {
    const reason = `the default language ${options.defaultLanguage} has no texts; there are ${[...selected.keys()].join(', ')}`;
    faults.push(faultOf('defaultLanguage', reason));
  }
  faults.push(...dltFaults(dlt, selected));
  if (faults.length > 0 || defaultLanguage === undefined) throw new TemplateError(faults);

  const byLanguage = new Map(
    Array.from(selected, ([language, own]) => [language, mapTexts(own, (text) => fillBrand(text, brand))]),
  );
  return { defaultLanguage, brand, tokenLine, codeLength, byLanguage, dlt };
}

function faultOf(about: TemplateFault['about'], reason: string, text = ''): TemplateFault {
  return { about, text, reason };
}

/** An id for a text that is never sent is one that another text lacks. */
function dltFaults(
  dlt: DltRegistration | undefined,
  texts: ReadonlyMap<string, Texts>,
): readonly TemplateFault[] {
  const known = new Set(
    [...texts.keys()].flatMap((language) => textContexts.map((one) => `${language}.${one}`)),
  );
  return Object.keys(dlt?.templateIds ?? {})
    .filter((name) => name !== 'default' && !known.has(name))
    .map((name) => faultOf('dlt', `sms.dlt.templateIds names ${name}, and there is no such text`));
}

/** The sound texts among the overrides, by canonical tag. */
function readOverrides(overrides: unknown, faults: TemplateFault[]): Map<string, Partial<Texts>> {
  const read = new Map<string, Partial<Texts>>();
  if (!isTable(overrides)) {
    faults.push(faultOf('overrides', 'the texts are not a table of languages'));
    return read;
  }
  for (const [language, texts] of Object.entries(overrides)) {
    const tag = canonicalTag(language);
    const fault = (reason: string) => faults.push(faultOf('overrides', `${language} ${reason}`, language));
    if (tag === undefined) {
      fault('is not a language tag; write one such as pt or pt-BR');
    } else if (read.has(tag)) {
      fault('stands there twice, in two spellings');
    } else if (!isTable(texts)) {
      fault(`is not a table of texts; write some of ${textContexts.join(', ')} in it`);
    } else {
      read.set(tag, readTexts(language, texts, faults));
    }
  }
  return read;
}

function readTexts(
  language: string,
  texts: Readonly<Record<string, unknown>>,
  faults: TemplateFault[],
): Partial<Texts> {
  const sound: Partial<Record<TextContext, string>> = {};
  for (const [name, text] of Object.entries(texts)) {
    const context = textContexts.find((known) => known === name);
    const found =
      context === undefined
        ? [`is not a context; there are ${textContexts.join(', ')}`]
        : findTemplateFaults(text);
    const path = `${language}.${name}`;
    faults.push(...found.map((fault) => faultOf('overrides', `${path} ${fault}`, path)));
    if (context === undefined) continue;
    if (typeof text === 'string') sound[context] = text;
  }
  return sound;
}

/** Every language with a text for every context. */
function completeTexts(
  own: ReadonlyMap<string, Partial<Texts>>,
  faults: TemplateFault[],
): ReadonlyMap<string, Texts> {
  const complete = new Map(Object.entries(smsTexts));
  // Broader tags first: what a language lacks it takes from the next broader one.
  for (const [language, texts] of [...own].sort(([a], [b]) => breadthOf(a) - breadthOf(b))) {
    const broader = lookUpLanguage(language, complete);
    const base = complete.get(broader ?? '') ?? generalTexts(texts.general);
    if (base !== undefined) complete.set(language, { ...base, ...texts });
    else {
      const reason = `${language} has no text for general, which serves where another is missing`;
      faults.push(faultOf('overrides', reason, language));
    }
  }
  return complete;
}

/** `zh-Hant` is broader than `zh-TW`, though it is longer. */
function breadthOf(tag: string): number {
  return tag.length + (new Intl.Locale(tag).region === undefined ? 0 : 100);
}

function generalTexts(general: string | undefined): Texts | undefined {
  if (general === undefined) return undefined;
  return { association: general, mandateCreation: general, associationWithMandateCreation: general, general };
}

function selectLanguages(
  texts: ReadonlyMap<string, Texts>,
  languages: readonly string[] | undefined,
  faults: TemplateFault[],
): ReadonlyMap<string, Texts> {
  if (languages === undefined) return texts;
  const selected = new Map<string, Texts>();
  for (const language of languages) {
    const own = texts.get(canonicalTag(language) ?? '');
    if (own === undefined) {
      const reason = `the language ${language} has no texts; there are ${[...texts.keys()].join(', ')}`;
      faults.push(faultOf('languages', reason));
    } else selected.set(canonicalTag(language) ?? '', own);
  }
  return selected;
}

/** Cuts the text at its code before the brand is put in, so that nothing in a brand is taken for a placeholder. */
function fillBrand(wording: string, brand: string): SmsTemplate {
  const [beforeCode = '', afterCode = ''] = wording
    .split('{code}')
    .map((part) => part.split('{brand}').join(brand));
  return { beforeCode, afterCode, wording };
}

function mapTexts<T>(texts: Texts, map: (text: string) => T): Readonly<Record<TextContext, T>> {
  return {
    association: map(texts.association),
    mandateCreation: map(texts.mandateCreation),
    associationWithMandateCreation: map(texts.associationWithMandateCreation),
    general: map(texts.general),
  };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
