import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { allAccounts, exportedAccount } from '../../operations/accounts.ts';
import { describeFileFault } from '../../ports/file-fault.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { Failure } from '../terminal/failure.ts';

type ConfigFlags = Parameters<typeof configSources>[0];

export function accountsListCommand(statuses: readonly string[]): Command {
  return withConfigOptions(new Command('list'))
    .description('list the accounts, one in a line')
    .addOption(new Option('--status <status>', 'only those with this status').choices([...statuses]))
    .option('--reveal', 'show phone numbers unmasked')
    .option('--json', 'print each as JSON, on a line of its own')
    .addHelpText(
      'after',
      `
Association ids are not among it: gsp-otp accounts show has those of one account, gsp-otp accounts export those of all.

Examples:
  $ gsp-otp accounts list --status closed
  $ gsp-otp accounts list --json
`,
    )
    .action(async (options: ConfigFlags & { status?: string; reveal?: true; json?: true }) => {
      const settings = readDataSettings(configSources(options), 'store', 'directory');
      for await (const page of allAccounts(settings, { associated: false })) {
        const lines = page
          .filter(({ status }) => options.status === undefined || status === options.status)
          .map(({ accountId, status, phoneNumber, language }) => {
            const number = (options.reveal ? phoneNumber?.reveal() : phoneNumber?.toString()) ?? null;
            return options.json
              ? JSON.stringify({ accountId, status, phoneNumber: number, language: language ?? null })
              : shown(`${accountId}  ${status}  ${number ?? '(no number)'}`);
          });
        await writeLines(process.stdout, lines);
      }
    });
}

export function accountsExportCommand(): Command {
  return withConfigOptions(new Command('export'))
    .description('write all accounts, with numbers in the clear, as accounts import reads them')
    .argument('<file>', 'a new .ndjson file, or - for standard output')
    .addHelpText(
      'after',
      `
NDJSON, one account in a line. Only its owner can read the file, and no existing file is overwritten. It contains personal
data: delete it when you are done. Accounts that are changed meanwhile are in it as they were before or after. It is no
backup: gsp-otp backup is.

Examples:
  $ gsp-otp accounts export accounts.ndjson
  $ gsp-otp accounts export - | wc -l
`,
    )
    .action(async (file: string, options: ConfigFlags) => {
      const settings = readDataSettings(configSources(options), 'store', 'directory');
      const created = file === '-' ? undefined : await create(file);
      try {
        for await (const page of allAccounts(settings, { associated: true })) {
          const lines = page.map((account) => JSON.stringify(exportedAccount(account)));
          if (created === undefined) await writeLines(process.stdout, lines);
          else await created.write(lines.map((line) => `${line}\n`).join(''));
        }
        await created?.sync();
      } finally {
        await created?.close();
      }
    });
}

async function create(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', 0o600);
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new Failure(
      isThere ? `${file} is there already, and is not written over` : `${file} can't be made`,
      isThere ? 'Name another file.' : (describeFileFault(error, dirname(file)) ?? String(error)),
    );
  }
}

/** As fast as they are taken. */
async function writeLines(to: NodeJS.WritableStream, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await new Promise<void>((resolve, reject) => {
    to.write(`${lines.join('\n')}\n`, (error) => (error ? reject(error) : resolve()));
  });
}
