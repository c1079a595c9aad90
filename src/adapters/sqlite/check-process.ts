import { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../ports/unavailable.ts';
import { DAMAGED_EXIT, quickCheck } from './quick-check.ts';

/** What `checkBeside` runs beside the server: `node quick-check-process.ts FILE`. */
const [, , file = ''] = process.argv;
try {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 1000 });
  quickCheck(database, file);
  database.close();
} catch (error) {
  process.exitCode =
    error instanceof UnavailableError && / is damaged;/.test(error.message) ? DAMAGED_EXIT : 1;
}
