import type { KindRule } from '../config/kinds.ts';
import type { Settings } from './settings.ts';
import type { SettingsRule } from './settings-rule.ts';

/** A row of a catalog, as far as rules go. */
interface RuledKind {
  readonly kind: string;
  readonly rules: readonly KindRule<never>[];
}

/**
 * Rules between the settings of one kind, as rules of the whole: a rule that several kinds have is one. `chosen`: what has
 * one of the kinds, at `path`. Those that the sandbox may break are the other half.
 */
export function rulesOfKinds<Chosen extends { readonly kind: string }>(
  path: string,
  kinds: readonly RuledKind[],
  chosen: (settings: Settings) => readonly Chosen[],
): { readonly always: readonly SettingsRule[]; readonly inProduction: readonly SettingsRule[] } {
  const rules = [...new Set(kinds.flatMap((row) => row.rules))] as readonly KindRule<Chosen>[];
  const asSettingsRule = (rule: KindRule<Chosen>): SettingsRule => {
    const ruled = kinds.filter((row) => row.rules.includes(rule)).map(({ kind }) => kind);
    const faultsOf = (settings: Settings) =>
      chosen(settings)
        .filter(({ kind }) => ruled.includes(kind))
        .flatMap((one) => rule.fault(one) ?? []);
    return {
      about: [path],
      broken: (settings) => faultsOf(settings).length > 0,
      reason: (settings) => [...new Set(faultsOf(settings))].join('; '),
      accepted: rule.accepted,
    };
  };
  return {
    always: rules.filter((rule) => !rule.inProduction).map(asSettingsRule),
    inProduction: rules.filter((rule) => rule.inProduction).map(asSettingsRule),
  };
}
