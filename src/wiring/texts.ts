import { ConfigError, type ConfigFault } from '../config/faults.ts';
import { readSettingsFile } from '../config/settings-file.ts';
import { createTemplates, TemplateError } from '../domain/text/sms-template.ts';
import type { SmsTemplates } from '../domain/text/sms-text.ts';
import { checkTemplates } from '../domain/text/template-check.ts';
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
  const templates = readTemplates(settings);
  const misfits = checkTemplates(templates).texts.filter(({ fits }) => !fits);
  if (misfits.length === 0) return templates;
  throw new ConfigError(
    misfits.map(({ language, context, misfit, suggestions }) => {
      const remedies = [...suggestions, `leave ${language} out of sms.languages`].join(', or ');
      return faultOf(
        settings,
        `${language}.${context} has ${misfit}`,
        `one segment and 140 bytes: ${remedies}`,
      );
    }),
  );
}

/** Throws `ConfigError` if the operator's own can't be used at all. */
export function readTemplates(settings: TemplateSettings): SmsTemplates {
  const { sms, codes } = settings;
  const own =
    sms.templatesFile === undefined ? {} : readSettingsFile(sms.templatesFile, 'sms.templatesFile').tree;
  try {
    return createTemplates(own, { ...sms, codeLength: codes.length });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const accepted = 'what `gsp-otp templates check --help` describes';
    throw new ConfigError(error.faults.map((fault) => faultOf(settings, fault, accepted)));
  }
}

function faultOf({ sms }: TemplateSettings, reason: string, accepted: string): ConfigFault {
  const file = sms.templatesFile;
  const origin =
    file === undefined ? { kind: 'default' as const } : { kind: 'file' as const, file, line: undefined };
  return { path: 'sms', reason, accepted, origin };
}
