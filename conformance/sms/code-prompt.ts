import { createInterface } from 'node:readline/promises';
import type { TextReader } from './text-reader.ts';

/** Asks the operator to type the code that arrived. Texts themselves can't be judged this way. */
export function codePrompt(): TextReader {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ask = async (phoneNumber: string): Promise<string> =>
    (await terminal.question(`Code of the newest text to ${phoneNumber}: `)).trim();
  return {
    describes: 'codes typed by the operator',
    list: undefined,
    askCode: ask,
    close: async () => terminal.close(),
  };
}
