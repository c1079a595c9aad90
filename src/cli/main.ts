import './environment.ts';
import { runProgram } from './program.ts';
import { guardTerminal } from './terminal.ts';

// Whoever reads our output may have seen enough, as `head` does: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

guardTerminal(process.stdout);
guardTerminal(process.stderr);
process.exitCode = await runProgram(process.argv.slice(2));
