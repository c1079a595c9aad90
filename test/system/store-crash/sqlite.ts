import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { openSqliteOtpStore } from '../../../src/adapters/storage/sqlite/otp-store.ts';
import { die, loadGun } from '../../support/gun.ts';
import type { CrashKind } from './crash-kind.ts';

/** A checkpoint is part of every commit or of none. */
export const sqlite: CrashKind = {
  points: ['before commit', 'during commit', 'after commit', 'during checkpoint', 'during recovery'],
  writesMax: (point) => (point === 'during recovery' ? 150 : 30),

  async newPlace() {
    const file = join(mkdtempSync(join(tmpdir(), 'gsp-otp-crash-')), 'otp.sqlite');
    const read = <T>(run: (database: DatabaseSync) => T): T => {
      const database = new DatabaseSync(file, { readOnly: true });
      try {
        return run(database);
      } finally {
        database.close();
      }
    };
    const count = 'SELECT count(*) AS n FROM request WHERE challenge_id IS NOT NULL';
    return {
      address: file,
      open: async () => openSqliteOtpStore({ file, environment: 'sandbox' }),
      settled: async () => {},
      challenges: async () => Number(read((database) => database.prepare(count).get())?.['n']),
      async problems() {
        const rows = read((database) => database.prepare('PRAGMA integrity_check').all());
        return rows.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok');
      },
      remove: async () => rmSync(dirname(file), { recursive: true, force: true }),
    };
  },

  async openFatally(file, { point, fatalWrite, micros }) {
    const fire = await loadGun();
    let commits = 0;
    class CrashingDatabase extends DatabaseSync {
      override prepare(sql: string): StatementSync {
        const statement = super.prepare(sql);
        if (sql !== 'COMMIT') return statement;
        if (point === 'during checkpoint') this.exec('PRAGMA wal_autocheckpoint = 1');
        if (point === 'during recovery') this.exec('PRAGMA wal_autocheckpoint = 0');
        const commit = statement.run.bind(statement);
        statement.run = () => {
          commits += 1;
          if (commits < fatalWrite) return commit();
          if (point === 'before commit') die();
          if (point === 'during commit' || point === 'during checkpoint') fire(micros);
          const changes = commit();
          if (point === 'after commit' || point === 'during recovery') die();
          return changes;
        };
        return statement;
      }
    }
    if (fatalWrite === 0) fire(micros);
    const open = (name: string, options: object) => new CrashingDatabase(name, options);
    return openSqliteOtpStore({ file, environment: 'sandbox', open });
  },
};
