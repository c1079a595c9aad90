import { connectTo } from '../../../src/adapters/postgres/connect.ts';
import { openStore } from '../../../src/adapters/storage/postgres/open-store.ts';
import { PostgresOtpStore } from '../../../src/adapters/storage/postgres/otp-store.ts';
import { die, loadGun } from '../../support/gun.ts';
import { connectionTo } from '../../support/postgres/connection.ts';
import { startPostgres } from '../../support/postgres/server.ts';
import { until } from '../../support/until.ts';
import type { CrashKind } from './crash-kind.ts';

const SCHEMA = 'gsp_otp';

/** Of the process: around the statement by which steps are written. Of the database: while the process goes on. */
export const postgres: CrashKind = {
  points: ['before a write', 'during a write', 'before an answer is handled', 'with its database'],
  writesMax: () => 30,

  async newPlace() {
    const server = await startPostgres();
    const settings = settingsFor(server.url());
    const open = async () => {
      const terms = { settings, environment: 'sandbox', dataDirectory: '' } as const;
      return (await openStore(terms, 'serve')).store;
    };
    // Who is killed finds the tables.
    await (await open()).close();
    const others = "SELECT FROM pg_stat_activity WHERE application_name = 'gsp-otp'";
    return {
      address: server.url(),
      open,
      settled: () => until(async () => (await server.query(others)).length === 0),
      crash: {
        async 'with its database'() {
          await server.kill();
          await server.start();
        },
      },
      async challenges() {
        const [row] = await server.query(
          `SELECT count(*)::integer AS n FROM ${SCHEMA}.request WHERE challenge_id IS NOT NULL`,
        );
        return Number(row?.['n']);
      },
      problems: async () => [],
      remove: () => server.stop(),
    };
  },

  async openFatally(url, { point, fatalWrite, micros }) {
    const fire = await loadGun();
    const database = connectTo(settingsFor(url));
    const write = database.write.bind(database);
    let writes = 0;
    database.write = async (...statement) => {
      writes += 1;
      if (writes < fatalWrite) return write(...statement);
      if (point === 'before a write') die();
      if (point === 'during a write') fire(micros);
      const rows = await write(...statement);
      if (point === 'before an answer is handled') die();
      return rows;
    };
    return new PostgresOtpStore(database, SCHEMA);
  },
};

function settingsFor(url: string) {
  return { kind: 'postgres', ...connectionTo({ url, schema: SCHEMA }) } as const;
}
