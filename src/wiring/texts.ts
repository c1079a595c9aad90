import { ConfigError, type ConfigFault } from '../config/faults.ts';
import { type Place, placeOf } from '../config/places.ts';
import { readSettingsFile, type SettingsFile } from '../config/settings-file.ts';
import { canonicalTag } from '../domain/text/language-tag.ts';
import { createTemplates, TemplateError } from '../domain/text/sms-template.ts';
import type { SmsTemplates } from '../domain/text/sms-text.ts';
import { checkTemplates, type TextReport } from '../domain/text/template-check.ts';
import type { Settings } from '../settings/settings.ts';

/** The settings that the texts depend on. */
export interface TemplateSettings {
  readonly sms: Omit<Settings['sms'], 'gateway' | 'resendUnknown'>;
  readonly codes: Pick<Settings['codes'], 'length'>;
}

/**
 * The texts that a configuration describes, each proved to fit. Throws `ConfigError` with all faults if the
 * operator's own can't be used or one does not fit; nothing is to be started then. [OQ-12]
 */
export function composeTemplates(settings: TemplateSettings): SmsTemplates {
  const own = readOwnTexts(settings);
  const templates = createFrom(own, settings);
  const misfits = checkTemplates(templates).texts.filter(({ fits }) => !fits);
  if (misfits.length === 0) return templates;
  throw new ConfigError(misfits.map((report) => misfitOf(report, own, settings)));
}

/** Throws `ConfigError` if the operator's own can't be used at all. */
export function readTemplates(settings: TemplateSettings): SmsTemplates {
  return createFrom(readOwnTexts(settings), settings);
}

/** The operator's own texts, with the name of their file. */
type OwnTexts = SettingsFile & { readonly file: string };

function readOwnTexts({ sms: { templatesFile: file } }: TemplateSettings): OwnTexts | undefined {
  return file === undefined ? undefined : { ...readSettingsFile(file, 'sms.templatesFile'), file };
}

function createFrom(own: OwnTexts | undefined, { sms, codes }: TemplateSettings): SmsTemplates {
  try {
    return createTemplates(own?.tree ?? {}, { ...sms, codeLength: codes.length });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const accepted = 'what `gsp-otp templates check --help` describes';
    throw new ConfigError(
      error.faults.map(({ about, text, reason }) => {
        const place = about === 'overrides' && own ? placeIn(own, text) : placeOf(sms, about);
        return { ...place, reason, accepted };
      }),
    );
  }
}

/** Where the operator's own has a text of the language, that is at fault; of a shipped one, the brand. */
function misfitOf(
  { language, context, misfit, suggestions }: TextReport,
  own: OwnTexts | undefined,
  { sms }: TemplateSettings,
): ConfigFault {
  const written = Object.keys(own?.tree ?? {}).find((tag) => canonicalTag(tag) === language);
  const place = own && written ? placeIn(own, `${written}.${context}`) : placeOf(sms, 'brand');
  const remedies = [...suggestions, `leave ${language} out of sms.languages`].join(', or ');
  return {
    ...place,
    reason: `${language}.${context} has ${misfit}`,
    accepted: `one segment and 140 bytes: ${remedies}`,
  };
}

function placeIn({ file, lineOf }: OwnTexts, text: string): Place {
  return { path: 'sms.templatesFile', origin: { kind: 'file', file, line: lineOf(text) } };
}
