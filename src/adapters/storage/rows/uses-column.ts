import { CODE_USES } from '../../../ports/otp-store/recorded-words.ts';
import type { CodeUse } from '../../../ports/otp-store.ts';

/** The column `uses`: words with a space between. `null`: nothing has used the code. */
export function usesColumn(uses: readonly CodeUse[]): string | null {
  return uses.length === 0 ? null : uses.join(' ');
}

/** `undefined`: it makes no sense. */
export function parseUsesColumn(column: unknown): readonly CodeUse[] | undefined {
  if (column === null) return [];
  const words = String(column).split(' ');
  const uses = words.flatMap((word) => CODE_USES.find((use) => use === word) ?? []);
  return uses.length === words.length ? uses : undefined;
}
