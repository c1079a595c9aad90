import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface GnupgResult {
  readonly output: Buffer;
  /** The lines for programs, without their prefix: `GOODSIG …`, `DECRYPTION_OKAY`. */
  readonly status: readonly string[];
}

/** GnuPG with a home of its own, which sees the clock stand at one moment. */
export class Gnupg {
  readonly #home = mkdtempSync(join(tmpdir(), 'gnupg-'));
  readonly #options: readonly string[];

  constructor(nowMs: number) {
    const date = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const unattended = [
      '--batch',
      '--no-tty',
      '--yes',
      '--quiet',
      '--pinentry-mode',
      'loopback',
      '--passphrase',
      '',
    ];
    this.#options = [
      ...unattended,
      '--trust-model',
      'always',
      '--faked-system-time',
      `${date}!`,
      '--status-fd',
      '2',
    ];
  }

  importKey(key: Uint8Array): void {
    this.run(['--import'], key);
  }

  /** Throws if GnuPG doesn't succeed. */
  run(options: readonly string[], input: Uint8Array): GnupgResult {
    const { status, stdout, stderr, error } = spawnSync('gpg', [...this.#options, ...options], {
      input,
      env: { ...process.env, GNUPGHOME: this.#home, LC_ALL: 'C' },
    });
    if (error || status !== 0) throw new Error(`gpg ${options.join(' ')} failed: ${error ?? stderr}`);
    const lines = stderr.toString().split('\n');
    return {
      output: stdout,
      status: lines
        .filter((line) => line.startsWith('[GNUPG:] '))
        .map((line) => line.slice('[GNUPG:] '.length)),
    };
  }

  /** Ends its agent and removes its home. */
  close(): void {
    spawnSync('gpgconf', ['--kill', 'all'], { env: { ...process.env, GNUPGHOME: this.#home } });
    // The agent removes its sockets at the same time.
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}
