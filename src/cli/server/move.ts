import type { WriteStream } from 'node:tty';
import { SingleBar } from 'cli-progress';
import { type MoveProgress, moveStore } from '../../operations/move-store.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';
import { abortOnSignal } from './stop-signal.ts';

interface MoveOrder {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly json: boolean;
  /** Whether other options were given. */
  readonly hasOthers: boolean;
}

const LINE_INTERVAL_MS = 5000;

/** What `gsp-otp migrate --from … --to …` does. */
export async function move({ from, to, json, hasOthers }: MoveOrder): Promise<void> {
  if (from === undefined || to === undefined || hasOthers) {
    throw new Failure(
      'a move needs both --from and --to, and takes no other option than --json',
      'Name two configurations: that of the server as it is, and that of the servers to come.',
      exitCodes.usage,
    );
  }
  const source = readDataSettings(configSources({ config: from }), 'store', 'directory');
  const target = readSomeSettings(configSources({ config: to }), [
    'profile',
    'dataDirectory',
    'store',
    'directory',
    'codes',
    'digests',
  ]);
  const signal = abortOnSignal(
    'stopped, nothing was moved: the server goes on with its own store',
    'Run it again: it goes on where it was.',
  );
  const progress = createProgress(process.stderr);
  try {
    const result = await moveStore(source, target, { onProgress: progress.show, signal });
    progress.stop();
    const { requests, accounts, counts, heldMs, where } = result;
    const count = (n: number) => n.toLocaleString('en');
    const text = `${count(requests)} requests, ${count(accounts)} accounts and ${count(counts)} counts are in ${shown(where)}, each compared.
Calls were answered 503 for ${(heldMs / 1000).toFixed(1)} s, and are until servers run with ${shown(to)}: start them now.`;
    process.stdout.write(`${json ? JSON.stringify(result, null, 2) : text}\n`);
  } finally {
    progress.stop();
  }
}

const WORDS = { copying: 'copying beside the server', moving: 'moving, calls are answered 503' } as const;

/** A bar on a terminal; a line now and then for a log. */
function createProgress(stream: WriteStream) {
  let phase: MoveProgress['phase'] | undefined;
  if (!stream.isTTY) {
    let lastMs = performance.now();
    return {
      show(progress: MoveProgress) {
        const nowMs = performance.now();
        if (progress.phase === phase && nowMs - lastMs < LINE_INTERVAL_MS) return;
        [phase, lastMs] = [progress.phase, nowMs];
        stream.write(`${WORDS[phase]}: ${progress.done} of ${progress.total}\n`);
      },
      stop: () => {},
    };
  }
  const bar = new SingleBar({ stream, format: '{phase} [{bar}] {percentage} %', gracefulExit: false });
  return {
    show(progress: MoveProgress) {
      if (progress.phase !== phase) {
        if (phase !== undefined) bar.stop();
        bar.start(progress.total, progress.done, { phase: WORDS[progress.phase] });
        phase = progress.phase;
      }
      bar.update(progress.done);
    },
    stop: () => bar.stop(),
  };
}
