import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface OpensslResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs openssl to its end, beside the server that it may be talking to. */
export async function openssl(args: readonly string[], input = ''): Promise<OpensslResult> {
  const child = spawn('openssl', args, { stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (ended) => resolve(ended ?? -1));
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

export interface Handshake {
  /** Such as `TLSv1.2`; `undefined`: refused. */
  readonly protocol: string | undefined;
  readonly suite: string | undefined;
  readonly output: string;
}

/** One handshake with `openssl s_client`, weak suites of its own allowed, and what was agreed upon. */
export async function shakeHands(port: number, ...options: readonly string[]): Promise<Handshake> {
  const { code, stdout, stderr } = await openssl([
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-brief'],
    ...options,
  ]);
  const output = stdout + stderr;
  const [, protocol] = /^Protocol version: (\S+)$/m.exec(output) ?? [];
  const [, suite] = /^Ciphersuite: (\S+)$/m.exec(output) ?? [];
  const agreed = code === 0 && protocol !== undefined;
  return { protocol: agreed ? protocol : undefined, suite: agreed ? suite : undefined, output };
}

/** Every suite of TLS 1.2 and before that this openssl knows, however weak, anonymous or without encryption. */
export async function allSuites(): Promise<readonly string[]> {
  const { stdout } = await openssl(['ciphers', '-tls1_2', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0']);
  return stdout
    .trim()
    .split(':')
    .filter((suite) => !suite.startsWith('TLS_'));
}
