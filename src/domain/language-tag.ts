/**
 * A BCP 47 tag in its canonical spelling (`pt-br` and `pt_BR` become `pt-BR`, the outdated `in` becomes `id`).
 * `undefined`: not a language tag.
 */
export function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

/**
 * The most specific language of `known` that covers a tag: the tag itself, then shorter and shorter forms of it down
 * to the primary subtag (`zh-Hant-TW`, `zh-Hant`, `zh`), as RFC 4647 section 3.4 looks up. `undefined`: none does.
 */
export function lookUpLanguage(tag: string, known: { has(tag: string): boolean }): string | undefined {
  let range = canonicalTag(tag) ?? '';
  while (range !== '' && !known.has(range)) {
    range = range.slice(0, Math.max(0, range.lastIndexOf('-')));
  }
  return range === '' ? undefined : range;
}
