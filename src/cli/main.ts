import './terminal/start-env.ts';
import { runProgram } from './program.ts';
import { escapeHiddenOn } from './terminal/terminal.ts';

// Whoever reads our output may have seen enough, as `head` does: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// Nor is that a reason to leave half done what was asked for, and the exit code tells how it ended.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

escapeHiddenOn(process.stdout);
escapeHiddenOn(process.stderr);
process.exitCode = await runProgram(process.argv.slice(2));
