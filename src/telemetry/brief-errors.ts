import { stdSerializers } from 'pino';
import { createQuiet } from './quiet.ts';

/**
 * Writes errors for the log. A full disk or a gateway that is down throws the same one at each call: its stack is told once
 * in ten seconds, and between only what kind of error it is and what it says.
 */
export function createErrorSerializer(steadyMs: () => number): (error: Error) => object {
  const quiet = createQuiet({ steadyMs }, 1);
  return (error) => {
    const { stack, aggregateErrors: _, ...told } = stdSerializers.err(error);
    const brief = { ...told, message: wordsOf(error) };
    return quiet(kindOf(error)) ? { ...brief, stack } : brief;
  };
}

/** What an error says, and its causes, at most `causes` of them, unless those before said it already. */
export function wordsOf({ message, cause }: Error, causes = 3): string {
  let words = message;
  for (let behind = cause; behind instanceof Error && causes > 0; behind = behind.cause, causes -= 1) {
    if (!words.includes(behind.message)) words += `: ${behind.message}`;
  }
  return words;
}

/** By where it was thrown, of which there are few, and not by what it says. */
export function kindOf({ name, stack = '' }: Error): string {
  return `${name} ${/\n\s+at ([^\n]+)/.exec(stack)?.[1] ?? ''}`;
}
