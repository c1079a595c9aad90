import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What Linux counts by: a hundredth of a second. */
const TICK_MS = 10;

/** CPU time of all processes of the server in this directory since it was started, those that have ended as well. */
export function serverCpuMs(directory: string): number {
  const pid = readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n')[0] ?? '';
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && statOf(name)?.[1] === pid);
  const own = statOf(pid);
  const [, , , , , , , , , , , user = 0, system = 0, endedUser = 0, endedSystem = 0] = (own ?? []).map(
    Number,
  );
  const ticks = children.reduce((sum, child) => sum + ownTicks(statOf(child)), 0);
  return (user + system + endedUser + endedSystem + ticks) * TICK_MS;
}

function ownTicks(stat: readonly string[] | undefined): number {
  return Number(stat?.[11] ?? 0) + Number(stat?.[12] ?? 0);
}

/** The fields after the name: state, parent, … `undefined`: the process has ended. */
function statOf(pid: string): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
