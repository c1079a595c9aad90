import { createInterface } from 'node:readline/promises';
import type { TextReader } from './text-reader.ts';

/** Asks the operator to type the code that arrived. Texts themselves can't be judged this way. */
export function codePrompt(): TextReader {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  let last: Promise<string> = Promise.resolve('');
  const ask = (phoneNumber: string): Promise<string> => {
    // One question at a time, however many checks run.
    last = last.then(async () =>
      (await terminal.question(`Code of the newest text to ${phoneNumber}: `)).trim(),
    );
    return last;
  };
  return {
    describes: 'only codes, typed by the operator',
    list: undefined,
    askCode: ask,
    close: async () => terminal.close(),
  };
}
