import type { WriteStream } from 'node:tty';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { type BackupProgress, backUp } from '../../operations/backup.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { accountsKeptElsewhere } from '../../wiring/data-kinds.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { abortOnSignal } from './stop-signal.ts';

type BackupOptions = Parameters<typeof configSources>[0] & { readonly json?: true };

export function backupCommand(): Command {
  return withConfigOptions(new Command('backup'))
    .argument('<dir>', 'folder to create; an existing one must be empty')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
It works while the server runs under load, and delays no request. 400 MB take a few seconds to copy and a few more to
check. The copies are checked completely, only their owner can read them, and they are marked as a backup: no server
opens them as its databases until gsp-otp restore has put them in place. backup.json is written last; a folder without
it is not a backup.

It is for store and accounts in files (sqlite). Those on PostgreSQL are backed up by means of its own, see docs/operating.md.
Accounts of a directory over HTTP are backed up by whoever keeps them.

A backup contains no secrets, keys, certificates or configuration. Without the same digests.secret and codes.secrets the
databases are of little use: back those up too, in another place.

Examples:
  $ gsp-otp backup /var/backups/gsp-otp/$(date +%F) --config gsp-otp.yaml
  $ gsp-otp backup ./backup --set dataDirectory=./gsp-otp-data --json

Exit codes:
  0    the backup was made
  1    it was not made; nothing is left of it
  130  stopped by Ctrl-C (143: by SIGTERM); nothing is left of it
`,
    )
    .action(backup);
}

async function backup(folder: string, options: BackupOptions): Promise<void> {
  const signal = abortOnSignal('stopped, no backup was made', 'Run it again.');
  const progress = createProgress(process.stderr);
  const startedMs = performance.now();
  try {
    const settings = readDataSettings(configSources(options), 'store', 'directory');
    const manifest = await backUp(settings, folder, progress.show, signal);
    const elsewhere = accountsKeptElsewhere(settings);
    progress.stop();
    const { files, madeAtMs } = manifest;
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const text = [
      ...files.map(({ name, bytes }) => `${name.padEnd(16)} ${(bytes / 1e6).toFixed(1)} MB, checked`),
      ...(elsewhere === undefined
        ? []
        : [`accounts         kept in ${shown(elsewhere)}, and not in this backup`]),
      `${shown(folder)}: a backup of ${new Date(madeAtMs).toISOString()}, made in ${seconds} s`,
    ].join('\n');
    process.stdout.write(`${options.json ? JSON.stringify({ folder, ...manifest }, null, 2) : text}\n`);
  } finally {
    progress.stop();
  }
}

/** A bar a file on a terminal; nothing in a log, which the summary is enough for. */
function createProgress(stream: WriteStream) {
  if (!stream.isTTY) return { show: () => {}, stop: () => {} };
  const format = '{name} {doing} [{bar}] {percentage} %';
  const bar = new SingleBar({ stream, format, forceRedraw: true, gracefulExit: false });
  let shown = '';
  return {
    show({ name, share }: BackupProgress) {
      const words = { name, doing: share === 1 ? 'is checked' : 'is copied ' };
      if (shown !== name) {
        if (shown !== '') bar.stop();
        bar.start(100, 0, words);
        shown = name;
      }
      bar.update(Math.floor(100 * share), words);
      // The check that follows leaves it no time to draw.
      bar.render();
    },
    stop: () => bar.stop(),
  };
}
