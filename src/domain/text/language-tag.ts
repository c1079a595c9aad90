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
 * to the primary subtag (`zh-Hant-TW`, `zh-Hant`, `zh`), as RFC 4647 section 3.4 looks up. A tag without a script has the
 * one that is usual there: `zh-TW` and `zh-HK` are `zh-Hant`, `zh-CN` and `zh` are not. `undefined`: none does.
 */
export function lookUpLanguage(tag: string, known: { has(tag: string): boolean }): string | undefined {
  const canonical = canonicalTag(tag);
  return canonical === undefined ? undefined : rangesOf(canonical).find((range) => known.has(range));
}

function rangesOf(canonical: string): readonly string[] {
  const ranges: string[] = [];
  for (let range = canonical; range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
    ranges.push(range);
  }
  const { language, script, region } = new Intl.Locale(canonical);
  const usual = new Intl.Locale(canonical).maximize().script;
  if (script !== undefined || usual === undefined) return ranges;
  const written = `${language}-${usual}`;
  const scripted = region === undefined ? [written] : [`${written}-${region}`, written];
  // Whoever writes in the script of a place is served by it before the language at large.
  return region === undefined ? [...ranges, ...scripted] : [...ranges.slice(0, -1), ...scripted, language];
}
