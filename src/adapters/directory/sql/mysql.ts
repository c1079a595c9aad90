import { createPool, type Pool, type PoolConnection, type RowDataPacket } from 'mysql2/promise';
import { type Host, readHost } from '../../postgres/connect.ts';
import { directoryFault } from '../rows/foreign-account.ts';
import type { ReadDatabase } from './read-database.ts';
import type { SqlDirectorySettings } from './settings.ts';

const DEFAULT_PORT = 3306;
/** Lies well within the budget of a request, so that another server can still be asked. */
const CONNECT_MS_MAX = 700;
/** What is wrong with a query or with rights: the server's words on it name tables and columns, and no value. */
const TELLING = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_BAD_FIELD_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_NO_SUCH_TABLE',
  'ER_TABLEACCESS_DENIED_ERROR',
]);

/** MySQL or MariaDB, whose sessions can only read, and which gives up by itself what is waited for no more. */
export function readMysql(settings: SqlDirectorySettings): ReadDatabase {
  const { hosts, timeoutMs } = settings;
  const pools = hosts.map((host) => poolTo(readHost(host, DEFAULT_PORT), settings));
  const connect = connectorTo(pools);
  let closing: Promise<unknown> | undefined;
  return {
    async read(statement, value) {
      try {
        const connection = await connect();
        try {
          const asked = connection.execute<RowDataPacket[]>(statement, [value]);
          const [rows] = await inTime(asked, timeoutMs);
          connection.release();
          return rows;
        } catch (error) {
          // The server may still be at work for this connection, and nobody knows what it would answer next.
          connection.destroy();
          throw error;
        }
      } catch (error) {
        throw directoryFault(`failed: ${reasonOf(error)}`, error);
      }
    },
    async close() {
      closing ??= Promise.allSettled(pools.map((pool) => pool.end()));
      await closing;
    },
  };
}

/** Of the first pool that gives a connection, beginning with the one that did last. */
function connectorTo(pools: readonly Pool[]): () => Promise<PoolConnection> {
  let current = 0;
  return async () => {
    let failure: unknown;
    for (const _ of pools) {
      const place = current;
      try {
        return await (pools[place] as Pool).getConnection();
      } catch (error) {
        failure = error;
        if (current === place) current = (place + 1) % pools.length;
      }
    }
    throw failure;
  };
}

function poolTo({ host, port }: Host, settings: SqlDirectorySettings): Pool {
  const { database, user, password, tls, tlsCa, connections, timeoutMs } = settings;
  const pool = createPool({
    ...{ host, port, database, user, password: password?.reveal() ?? '' },
    ...(tls && {
      ssl: { rejectUnauthorized: true, verifyIdentity: true, ...(tlsCa && { ca: tlsCa.reveal() }) },
    }),
    connectionLimit: connections,
    connectTimeout: Math.min(CONNECT_MS_MAX, timeoutMs),
    idleTimeout: 60_000,
    // An id is no number that may be rounded, and a text is no date of this machine's zone.
    ...{ supportBigNumbers: true, bigNumberStrings: true, dateStrings: true },
    // A server may ask the client for a file of this machine.
    ...{ flags: ['-LOCAL_FILES'], multipleStatements: false },
  });
  // They go before whatever the connection is made for.
  pool.pool.on('connection', (connection) => {
    for (const statement of sessionStatements(timeoutMs)) {
      connection.query(statement, (error) => {
        if (error) connection.destroy();
      });
    }
  });
  return pool;
}

/** Each of the two servers knows one of the time-outs, and takes the other one for a comment. */
function sessionStatements(timeoutMs: number): readonly string[] {
  const ofMariadb = `/*M! , SESSION max_statement_time = ${timeoutMs / 1000} */`;
  const ofMysql = `/*!50708 , SESSION max_execution_time = ${timeoutMs} */`;
  return ['SET SESSION TRANSACTION READ ONLY', `SET @gsp_otp = 1 ${ofMariadb} ${ofMysql}`];
}

/** As errors may have values of the query in them, most are told by their code alone. */
function reasonOf(error: unknown): string {
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string };
  if (TELLING.has(code) || !code.startsWith('ER_')) return message || code || 'no answer';
  return code;
}

function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
