import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ownProgram = fileURLToPath(new URL('../../bin/gsp-otp.js', import.meta.url));

/** No command takes so long, not even on a busy machine. */
const hangingMs = 180_000;

export interface EndedProcess {
  /** `null`: killed, for it hung. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whose process it is, with the group of that number; only root can give one away. */
  readonly user?: number | undefined;
  /** The `bin/gsp-otp.js` of another copy of the program. */
  readonly program?: string | undefined;
}

/** An environment that holds nothing of the machine's own configuration. */
function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env;
  return { PATH, NO_COLOR: '1', ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }), ...extra };
}

/** Runs `gsp-otp` as a user would, to its end. */
export async function runCli(args: readonly string[], options: ProcessOptions = {}): Promise<EndedProcess> {
  const child = startCli(args, options);
  const hanging = setTimeout(() => child.kill('SIGKILL'), hangingMs);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  clearTimeout(hanging);
  return { code, stdout, stderr };
}

/** Starts `gsp-otp` and leaves it running. */
export function startCli(
  args: readonly string[],
  { cwd = tmpdir(), env = {}, user, program = ownProgram }: ProcessOptions = {},
) {
  return spawn(process.execPath, [program, ...args], {
    cwd,
    env: cleanEnvironment(env),
    ...(user !== undefined && { uid: user, gid: user }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
