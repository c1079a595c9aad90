import { readFileSync } from 'node:fs';

/**
 * Ends children of this process whose command line ends with one of `files` and that run for longer than `msMax`: by
 * SIGTERM, so that a test process tells what was running, and `toEndMs` later by SIGKILL, since a process that waits for
 * a thread while it ends hears no signal. The time-out of `run` of node:test fails a test, but ends no process that goes
 * on after it. Returns how to stop. Looks at /proc; where there is none, nothing is ended.
 */
export function endLateProcesses(
  files: readonly string[],
  { msMax, toEndMs = 10_000, everyMs = 1000 }: { msMax: number; toEndMs?: number; everyMs?: number },
): () => void {
  const firstSeenMs = new Map<number, number>();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const pid of childrenOf(process.pid)) {
      if (!files.some((file) => commandLineOf(pid).endsWith(`\0${file}\0`))) continue;
      const seenMs = firstSeenMs.get(pid) ?? nowMs;
      firstSeenMs.set(pid, seenMs);
      const lateMs = nowMs - seenMs - msMax;
      if (lateMs > 0) process.kill(pid, lateMs > toEndMs ? 'SIGKILL' : 'SIGTERM');
    }
  }, everyMs);
  return () => clearInterval(timer);
}

function childrenOf(pid: number): readonly number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

const commandLineOf = (pid: number) => read(`/proc/${pid}/cmdline`);

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
