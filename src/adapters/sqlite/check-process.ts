import { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../ports/unavailable.ts';
import { check, DAMAGED_EXIT } from './check.ts';
import { GUARDED } from './open-database.ts';

/** What is run beside another process: `node check-process.ts FILE DEPTH`. */
const [, , file = '', depth] = process.argv;
try {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 1000, ...GUARDED });
  check(database, file, depth === 'thorough' ? 'thorough' : 'quick');
  database.close();
} catch (error) {
  process.exitCode =
    error instanceof UnavailableError && / is damaged;/.test(error.message) ? DAMAGED_EXIT : 1;
}
