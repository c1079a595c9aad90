import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface DirectoryPlace {
  /** Whether it lies on a disk, and not in memory. */
  readonly onDisk: boolean;
  /** It is a file system of its own of that size, in memory, which only root can make. */
  readonly bytesMax?: number | undefined;
}

/** Who runs a server: PostgreSQL refuses root, so in place of root it is `nobody`, which every system has. */
const nobody = 65_534;
export const unprivileged = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/**
 * Reads which process runs until whoever started it is gone, however they went; then it ends that process and removes
 * the directory. SIGQUIT lets a server release what outlives it in the kernel; one that was stopped has to go on for it.
 * One that has ended may be left as a zombie.
 */
const GUARD = `
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then
  kill -QUIT "$pid"
  kill -CONT "$pid" $(cat "/proc/$pid/task/$pid/children")
  for _ in $(seq 100); do
    kill -0 "$pid" && ! grep -qs '^State:.Z' "/proc/$pid/status" || break
    sleep 0.1
  done
  kill -KILL "$pid"
fi
umount "$1" 2>/dev/null
rm -rf "$1"`;

/** A directory for one server. It goes with this process, and the server with it, even where this process is killed. */
export class GuardedDirectory {
  readonly path: string;
  readonly #isMount: boolean;
  readonly #guard: ChildProcess;

  /** A new one that `unprivileged` owns and nobody else may read: on a disk, or in memory where that has room. */
  static async make({ onDisk, bytesMax }: DirectoryPlace): Promise<GuardedDirectory> {
    const parent = !onDisk && (await hasRoom('/dev/shm')) ? '/dev/shm' : tmpdir();
    const path = await mkdtemp(join(parent, 'gsp-otp-postgres-'));
    const directory = new GuardedDirectory(path, bytesMax !== undefined);
    if (bytesMax !== undefined)
      await run('mount', ['-t', 'tmpfs', '-o', `size=${bytesMax},mode=700`, 'tmpfs', path]);
    await giveAway(path);
    return directory;
  }

  private constructor(path: string, isMount: boolean) {
    this.path = path;
    this.#isMount = isMount;
    // Detached, since Control-C reaches the whole group.
    const stdio = ['pipe', 'ignore', 'ignore'] as const;
    this.#guard = spawn('/bin/sh', ['-c', GUARD, 'guard', path], { detached: true, stdio: [...stdio] });
    this.#guard.unref();
  }

  /** Says which process is to end with this one; `undefined`: none any more. */
  note(pid: number | undefined): void {
    this.#guard.stdin?.write(`${pid ?? ''}\n`);
  }

  /** Writes a file into it that only `unprivileged` may read. */
  async write(name: string, content: string): Promise<void> {
    const path = join(this.path, name);
    await writeFile(path, content, { mode: 0o600 });
    await giveAway(path);
  }

  async makeDirectory(name: string): Promise<void> {
    const path = join(this.path, name);
    await mkdir(path, { mode: 0o700 });
    await giveAway(path);
  }

  /** Removes it; its process has ended. */
  async remove(): Promise<void> {
    if (this.#isMount) await run('umount', [this.path]);
    await rm(this.path, { recursive: true });
    this.#guard.stdin?.end();
  }
}

async function giveAway(path: string): Promise<void> {
  if (unprivileged.uid !== undefined) await chown(path, unprivileged.uid, unprivileged.gid);
}

/** Containers have 64 MB there, unless told otherwise; a server takes 40 and its log of changes grows. */
async function hasRoom(place: string): Promise<boolean> {
  const state = await statfs(place).catch(() => undefined);
  return state !== undefined && state.bavail * state.bsize > 2 ** 31;
}
