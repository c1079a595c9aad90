import { closeSync, openSync, readFileSync } from 'node:fs';

/** How many files the process may have open. `undefined`: no limit, or the system doesn't tell. */
export function descriptorLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files +([0-9]+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/**
 * Whether the process can open one more. Nothing else tells: where there is none, the connections that wait are taken
 * and closed below Node, without an error or an event.
 */
export function hasDescriptor(): boolean {
  try {
    closeSync(openSync('/dev/null', 'r'));
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && /^E[MN]FILE$/.test(String(error.code)));
  }
}
