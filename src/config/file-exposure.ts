import type { Stats } from 'node:fs';

/** Who reads a file: the user and all groups of a process. */
export interface Reader {
  readonly user: number;
  readonly groups: readonly number[];
}

/** `undefined` where there are no such things, as on Windows. */
export function thisProcess(): Reader | undefined {
  const user = process.geteuid?.();
  if (user === undefined) return undefined;
  const group = process.getegid?.();
  return { user, groups: [...(process.getgroups?.() ?? []), ...(group === undefined ? [] : [group])] };
}

export const ROOT = 0;

/**
 * Who else than the process and root can read or change a file; `undefined`: nobody. Its group may read it where the
 * file is root's or the process's own user's, and the group is one of the process's or root's: that is how Kubernetes
 * (`fsGroup`) and systemd (`LoadCredential`) hand secrets to a process that isn't root.
 */
export function exposureOf(
  { mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>,
  reader: Reader,
): string | undefined {
  const permissions = `mode ${(mode & 0o777).toString(8)}`;
  if (mode & 0o004) return `can be read by everybody (${permissions})`;
  if (mode & 0o003) return `is open to everybody (${permissions})`;
  if (mode & 0o020) return `can be changed by its group (${permissions})`;
  if (!(mode & 0o050)) return undefined;
  if (uid !== ROOT && uid !== reader.user)
    return `can be read by its group (${permissions}) and belongs to user ${uid}, neither root nor the user of this process`;
  if (gid !== ROOT && !reader.groups.includes(gid))
    return `can be read by group ${gid} (${permissions}), which this process is not in`;
  return undefined;
}
