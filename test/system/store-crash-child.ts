/**
 * Eight callers send and verify through the embedded store until the process is killed at a chosen point. A line
 * on standard output acknowledges each step after the store did. Arguments: database file, name of this run,
 * point, at which commit, and after how many µs of it.
 */
import { writeSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { openSqliteOtpStore } from '../../src/adapters/storage/sqlite/otp-store.ts';
import { accepted, anAttempt, digest, HOUR, issue, settleText, toJudge } from '../contracts/otp-orders.ts';
import { die, loadGun } from '../support/gun.ts';
import type { StoreCrashPoint } from './store-crash-points.ts';

const [, , file = '', run = '', pointName = '', commitName = '1', micros = '0'] = process.argv;
const point = pointName as StoreCrashPoint;
const fatalCommit = Number(commitName);
const fire = await loadGun();
let commits = 0;

/** Dies around, in or after a commit; a checkpoint is part of every commit or of none. */
class CrashingDatabase extends DatabaseSync {
  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql);
    if (sql !== 'COMMIT') return statement;
    if (point === 'during checkpoint') this.exec('PRAGMA wal_autocheckpoint = 1');
    if (point === 'during recovery') this.exec('PRAGMA wal_autocheckpoint = 0');
    const commit = statement.run.bind(statement);
    statement.run = () => {
      commits += 1;
      if (commits < fatalCommit) return commit();
      if (point === 'before commit') die();
      if (point === 'during commit' || point === 'during checkpoint') fire(Number(micros));
      const changes = commit();
      if (point === 'after commit' || point === 'during recovery') die();
      return changes;
    };
    return statement;
  }
}

// Without a commit to wait for, the opening itself is the target.
if (fatalCommit === 0) fire(Number(micros));
const store = openSqliteOtpStore({
  file,
  environment: 'sandbox',
  open: (name, options) => new CrashingDatabase(name, options),
});

const ceilings = [{ subject: 'global', windowMs: HOUR }];

async function call(caller: number): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    const requestId = `${run}-${caller}-${turn}`;
    // An account of its own: a newer text of the same one would supersede it.
    await issue(store, requestId, { accountDigest: digest(requestId) }, { ceilings });
    writeSync(1, `issued ${requestId}\n`);
    await settleText(store, accepted(requestId));
    writeSync(1, `sent ${requestId}\n`);
    const order = anAttempt(requestId, requestId);
    await store.attempt(order, toJudge(order, true));
    writeSync(1, `verified ${requestId}\n`);
  }
}

await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(call));
