import type { WriteStream } from 'node:tty';
import { SingleBar } from 'cli-progress';
import type { importIntoAccounts } from '../../operations/accounts.ts';
import { drawingTerminal } from '../terminal/terminal.ts';

type Progress = Parameters<Parameters<typeof importIntoAccounts>[1]['onProgress']>[0];

export interface ImportProgress {
  show(progress: Progress): void;
  /** Writes a line without tearing the bar. */
  write(line: string): void;
  /** Safe to call twice. */
  stop(): void;
}

const lineIntervalMs = 5000;

/** A bar on a terminal; a line now and then for a log. */
export function createImportProgress(stream: WriteStream): ImportProgress {
  const startedMs = performance.now();
  const describe = ({ rows }: Progress) => {
    const rowsPerSecond = Math.round(rows / ((performance.now() - startedMs) / 1000));
    return `${rows.toLocaleString('en')} rows, ${rowsPerSecond.toLocaleString('en')} rows/s`;
  };
  return stream.isTTY ? createBar(stream, describe) : createLines(stream, describe);
}

function createBar(stream: WriteStream, describe: (progress: Progress) => string): ImportProgress {
  const format = '{phase} [{bar}] {percentage} % | {figures}';
  const bar = new SingleBar({
    stream: drawingTerminal(stream),
    format,
    forceRedraw: true,
    gracefulExit: false,
    emptyOnZero: true,
  });
  let phase = '';
  return {
    show(progress) {
      const figures = { phase: progress.phase.padEnd(8), figures: describe(progress) };
      if (progress.phase !== phase) {
        if (phase !== '') bar.stop();
        bar.start(progress.total ?? progress.done, progress.done, figures);
        phase = progress.phase;
      }
      bar.update(progress.done, figures);
    },
    write(line) {
      const drawing = drawingTerminal(stream);
      drawing.cursorTo(0);
      drawing.clearLine(1);
      stream.write(line);
    },
    stop: () => bar.stop(),
  };
}

function createLines(stream: WriteStream, describe: (progress: Progress) => string): ImportProgress {
  let phase = 'reading';
  let lastMs = performance.now();
  return {
    show(progress) {
      const nowMs = performance.now();
      const { done, total } = progress;
      // Applying has a line at its begin and its end, and what takes long one now and then.
      const isEnd = phase === 'applying' && done === total;
      const isDue = progress.phase !== phase || isEnd || nowMs - lastMs >= lineIntervalMs;
      if (!isDue) return;
      const percent = total === undefined ? '' : `${Math.floor((100 * done) / Math.max(1, total))} %, `;
      stream.write(`${progress.phase}: ${percent}${describe(progress)}\n`);
      phase = progress.phase;
      lastMs = nowMs;
    },
    write: (line) => void stream.write(line),
    stop() {},
  };
}
