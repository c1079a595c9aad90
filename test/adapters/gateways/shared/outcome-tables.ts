import { existsSync } from 'node:fs';
import type { OutcomeTable } from '../../../../src/adapters/gateways/shared/verdict.ts';

/** The tables that stand with the adapter of a kind, by name; none where it takes its rules from the settings. */
export async function outcomeTables(kind: string): Promise<Readonly<Record<string, OutcomeTable>>> {
  const file = new URL(`../../../../src/adapters/gateways/${kind}/outcomes.ts`, import.meta.url);
  return existsSync(file) ? { ...(await import(file.href)) } : {};
}
