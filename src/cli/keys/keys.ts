import { Command } from 'commander';
import { keysExportCommand, keysImportCommand } from './keys-export-import.ts';
import { keysGenerateCommand } from './keys-generate.ts';
import { keysCheckCommand, keysListCommand } from './keys-list.ts';
import { keysRotateCommand } from './keys-rotate.ts';

/** The keys that bodies are sealed with. */
export function keysCommand(): Command {
  return new Command('keys')
    .addCommand(keysGenerateCommand())
    .addCommand(keysExportCommand())
    .addCommand(keysImportCommand())
    .addCommand(keysListCommand())
    .addCommand(keysCheckCommand())
    .addCommand(keysRotateCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp keys generate pgp --for sandbox --name "Example Bank"
  $ gsp-otp keys import google.asc
  $ gsp-otp keys list --config gsp-otp.yaml
  $ gsp-otp keys rotate pgp --config gsp-otp.yaml

docs/keys.md describes the exchange with Google, a rotation, and what to do about a lost key.
`,
    );
}
