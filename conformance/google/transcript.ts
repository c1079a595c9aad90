import { terminalLine } from '../reports/terminal-text.ts';
import type { Answer } from './answer.ts';

/** One request and what came back, for the report. Secrets are masked when it is shown, not before. */
export interface Exchange {
  readonly title: string;
  /** The message before sealing; malformed bytes are shown as Latin-1. */
  readonly request: string;
  /** `undefined`: no answer came; `fault` says why. */
  readonly answer: Answer | undefined;
  readonly fault: string | undefined;
  readonly method: string;
  /** Whether Google makes such calls, so that the duration and the shape of the answer say something. */
  readonly ordinary: boolean;
  readonly durationMs: number;
}

/** A text message that was read. */
export interface ReceivedText {
  readonly to: string;
  readonly text: string;
}

export type TranscriptEntry = Exchange | ReceivedText;

const shownBytesMax = 4096;

export function describeBytes(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, shownBytesMax);
  const rest = bytes.byteLength - shown.byteLength;
  let told: string;
  try {
    told = new TextDecoder('utf-8', { fatal: rest === 0, ignoreBOM: true }).decode(shown);
  } catch {
    told = Buffer.from(shown).toString('latin1');
  }
  return rest === 0 ? told : `${told}… (${rest} bytes more)`;
}

/** The lines of a transcript for one entry. */
export function describeEntry(entry: TranscriptEntry): string[] {
  return 'text' in entry
    ? [`✉ to ${terminalLine(entry.to)}`, ...indent(entry.text)]
    : describeExchange(entry);
}

function describeExchange(exchange: Exchange): string[] {
  const lines = [`→ ${exchange.title}`, ...indent(exchange.request)];
  const { answer } = exchange;
  if (answer === undefined) return [...lines, `← ${terminalLine(exchange.fault ?? 'nothing')}`];
  lines.push(
    `← ${answer.http.status} ${terminalLine(answer.http.headers['content-type'] ?? 'without Content-Type')}, ` +
      `${answer.http.body.byteLength} bytes, ${Math.round(answer.http.durationMs)} ms`,
  );
  if (answer.problem !== undefined) lines.push(`  ! ${terminalLine(answer.problem)}`);
  const shown = answer.payload ?? answer.http.body;
  if (shown.byteLength > 0) lines.push(...indent(describeBytes(shown)));
  return lines;
}

function indent(text: string): string[] {
  return text.split('\n').map((line) => `  ${line}`);
}
