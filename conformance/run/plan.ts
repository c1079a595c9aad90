import { type Check, type Family, families, familyOf } from '../checks/check.ts';
import type { CodecName } from '../google/codecs/codec.ts';
import type { ConformanceConfig } from './config.ts';

export interface Selection {
  /** Families, check ids or requirement ids, or beginnings of them: `IDEM`, `sealing`, `echo/text`. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

/** What a run is going to do to the endpoint. */
export interface Plan {
  readonly checks: readonly Check[];
  /** The most text messages a right endpoint sends. */
  readonly texts: number;
  readonly echoes: number;
  readonly wrongCodes: number;
  readonly knownSubjects: number;
}

/** Chosen checks in the order in which they run. */
export function planChecks(catalog: readonly Check[], codec: CodecName, selection: Selection = {}): Check[] {
  const { only = [], skip = [] } = selection;
  return catalog
    .filter((check) => check.codecs?.includes(codec) ?? true)
    .filter((check) => only.length === 0 || only.some((word) => matches(check, word)))
    .filter((check) => !skip.some((word) => matches(check, word)));
}

export function planRun(checks: readonly Check[], config: ConformanceConfig): Plan {
  const sum = (count: (check: Check) => number | undefined) =>
    checks.reduce((total, check) => total + (count(check) ?? 0), 0);
  return {
    checks,
    texts: sum((check) => check.texts) + (checks.some((check) => check.specimen) ? 1 : 0),
    echoes: sum((check) => check.echoes),
    wrongCodes: sum((check) => check.wrongCodes),
    knownSubjects: config.subjects?.known?.length ?? 0,
  };
}

/** Words of a selection that no check of the catalogue answers to. */
export function unknownWords(catalog: readonly Check[], selection: Selection): string[] {
  const words = [...(selection.only ?? []), ...(selection.skip ?? [])];
  return words.filter((word) => !catalog.some((check) => matches(check, word)));
}

export function byFamily(checks: readonly Check[]): [Family, Check[]][] {
  return families
    .map((family): [Family, Check[]] => [family, checks.filter((check) => familyOf(check) === family)])
    .filter(([, members]) => members.length > 0);
}

function matches(check: Check, word: string): boolean {
  const wanted = word.toLowerCase();
  if (check.id.startsWith(wanted)) return true;
  return check.requirements.some((id) => {
    const requirement = id.toLowerCase();
    // IDEM means all of IDEM-n, but IDEM-1 doesn't mean IDEM-11.
    return requirement === wanted || requirement.startsWith(`${wanted}-`);
  });
}
