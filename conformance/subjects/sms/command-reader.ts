import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type TextReader, TextsUnreadable } from './text-reader.ts';

const run = promisify(execFile);

/**
 * Runs a command that prints the texts of one number (in the environment as PHONE_NUMBER) as a JSON array of
 * strings, without a shell.
 */
export function commandReader(command: readonly string[]): TextReader {
  const [file = '', ...args] = command;
  const closed = new AbortController();
  const list = async (phoneNumber: string): Promise<readonly string[]> => {
    try {
      const env = { ...process.env, PHONE_NUMBER: phoneNumber };
      const { stdout } = await run(file, args, { env, timeout: 30_000, signal: closed.signal });
      const texts: unknown = JSON.parse(stdout);
      if (Array.isArray(texts) && texts.every((text) => typeof text === 'string')) return texts;
      throw new Error('it must print a JSON array of strings');
    } catch (cause) {
      const told = cause instanceof Error ? cause.message : String(cause);
      throw new TextsUnreadable(`can't read texts with ${file}: ${told}`, { cause });
    }
  };
  return {
    describes: `from the command ${file}`,
    list,
    askCode: undefined,
    close: async () => closed.abort(),
  };
}
