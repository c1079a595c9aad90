import type { Masks } from '../google/masks.ts';
import { describeEntry } from '../google/transcript.ts';
import type { ConformanceRun, Outcome } from '../run/outcome.ts';

export const reportFormats = ['text', 'json', 'junit', 'html'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** A run and how much of it may be shown. */
export interface ReportSource {
  readonly run: ConformanceRun;
  /** `undefined`: secrets are shown as they are. */
  readonly masks: Masks | undefined;
}

/** The transcript of a check that did not simply pass, with secrets masked. Empty for a passed one. */
export function transcriptOf({ masks }: ReportSource, outcome: Outcome): string {
  if (outcome.kind === 'passed') return '';
  const lines = outcome.transcript.flatMap(describeEntry).join('\n');
  return masks === undefined ? lines : masks.hide(lines);
}

export function messageOf({ masks }: ReportSource, outcome: Outcome): string | undefined {
  return outcome.message === undefined || masks === undefined ? outcome.message : masks.hide(outcome.message);
}
