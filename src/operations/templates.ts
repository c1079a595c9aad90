import { checkTemplates, type TemplateReport } from '../domain/text/template-check.ts';
import { listWordings, type Wording } from '../domain/text/template-list.ts';
import { readTemplates, type TemplateSettings } from '../wiring/texts.ts';

/** How each text comes out. Throws `ConfigError` if the operator's own can't be used at all. */
export function inspectTemplates(settings: TemplateSettings): TemplateReport {
  return checkTemplates(readTemplates(settings));
}

/** How each text is worded. Throws `ConfigError` if the operator's own can't be used at all. */
export function listTexts(settings: TemplateSettings): readonly Wording[] {
  return listWordings(readTemplates(settings));
}
