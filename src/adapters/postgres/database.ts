import pg from 'pg';
import { connectFailure } from './connect-failure.ts';
import { asksElsewhere, DatabaseError, failureKindOf } from './failure.ts';
import { parsers } from './parsers.ts';
import { Password } from './password.ts';

export interface DatabaseOptions {
  /** Asked in turn until one is found that is no standby, ≥ 1. */
  readonly hosts: readonly Host[];
  readonly database: string;
  readonly user: string;
  /** Asked before each new connection; may take its time. `undefined`: the server wants none. */
  readonly password: (() => Promise<string>) | undefined;
  /** `false`: nothing is encrypted. */
  readonly tls: false | { readonly ca: string | undefined };
  /** Connections at once, ≥ 1. */
  readonly connectionsMax: number;
  /** How long a connection may take, and how long a statement, ms. */
  readonly connectMs: number;
  readonly statementMs: number;
  /** Whether `write` and `transaction` are refused. */
  readonly readOnly: boolean;
  /** Whether a standby will do, so that the first host that answers is taken. Only with `readOnly`. */
  readonly standbyToo: boolean;
  /** What its settings are called by, in advice. */
  readonly settings: 'store' | 'directory';
  /** Parameters of each session, such as `default_transaction_read_only`: names of PostgreSQL's, and plain words. */
  readonly session: Readonly<Record<string, string>>;
}

export interface Host {
  readonly host: string;
  readonly port: number;
}

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** Whoever holds a row for longer is stuck, and a transaction that no request waits for gives up. */
const LOCK_MS = 30_000;

/** What the pool says of a connection that did not become free. */
const NONE_FREE = 'timeout exceeded when trying to connect';

/** Told by a server that waited for its standby and was told not to: what it committed may not be there after a failover. */
const MAYBE_NOT_REPLICATED = '01000';

/**
 * The connections to the server that writes, or to one that may only read. Each statement is sent unnamed, with its values apart, and is a transaction of
 * its own, so it works behind a pooler of transactions.
 */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #pool: pg.Pool;
  readonly #password: Password;
  /** The place in `hosts` of the one that new connections go to. */
  #current = 0;
  /** The place of the one that was found to write last: the only one that is asked anything. */
  #writer = 0;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#password = new Password(options.password);
    const current = () => this.#current;
    const hostAt = (place: number) => this.#hostAt(place);
    const password = () => this.#password.latest();
    this.#pool = new pg.Pool({
      max: options.connectionsMax,
      connectionTimeoutMillis: options.connectMs,
      idleTimeoutMillis: 60_000,
      Client: class extends pg.Client {
        readonly place: number;

        constructor(config?: pg.ClientConfig) {
          const place = current();
          // The pool hides the password of its options from whoever copies them.
          super({ ...config, ...hostAt(place), password });
          this.place = place;
          // One that is lost between two statements says so to the next one.
          this.on('error', () => {});
        }
      },
      ...connectionOptions(options),
    });
    // Whoever needs a connection next gets another one.
    this.#pool.on('error', () => {});
  }

  /** Rows of a statement that only reads, or whose loss does no harm. Throws `DatabaseError`. */
  async read(text: string, values: readonly unknown[] = []): Promise<Rows> {
    return (await this.#run(text, values)).rows;
  }

  /**
   * Rows of a statement that writes. Resolves only when what it wrote is durable. Throws `DatabaseError`, whose `kind` tells
   * whether it may have been written.
   */
  async write(text: string, values: readonly unknown[] = []): Promise<Rows> {
    this.#requireWriter();
    return requireReplicated(await this.#run(text, values));
  }

  /**
   * Statements in one transaction, on one connection, that no request waits for; what they did is undone if `run` throws, or if `keep` says so of its
   * result. Resolves only when what is kept is durable. Throws what `run` throws, or `DatabaseError` as `write` does.
   */
  async transaction<T>(
    run: (query: Query) => Promise<T>,
    keep: (result: T) => boolean = () => true,
  ): Promise<T> {
    this.#requireWriter();
    const client = await this.#connect();
    const ask: Query = async (text, values = []) => (await this.#ask(client, text, values)).rows;
    try {
      await ask('BEGIN');
      await ask(this.#timeOuts());
      const result = await run(ask);
      if (keep(result)) requireReplicated(await this.#ask(client, 'COMMIT', []));
      else await ask('ROLLBACK');
      client.release();
      return result;
    } catch (error) {
      // Whatever state it is in: the server undoes what a connection leaves open.
      client.release(true);
      throw error;
    }
  }

  /** Waits for statements under way. Safe to call twice. */
  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  #requireWriter(): void {
    if (this.#options.readOnly) throw new DatabaseError('refused', new Error('it is opened only to be read'));
  }

  async #run(text: string, values: readonly unknown[]): Promise<Answer> {
    const client = await this.#connect();
    try {
      const answer = await this.#ask(client, text, values);
      client.release();
      return answer;
    } catch (error) {
      // After a time-out the server may still be at work for this connection.
      client.release(error instanceof DatabaseError && asksElsewhere(error.cause));
      throw error;
    }
  }

  async #ask(client: Connection, text: string, values: readonly unknown[]): Promise<Answer> {
    const notices: string[] = [];
    const note = ({ code }: { readonly code: string | undefined }) => notices.push(code ?? '');
    client.on('notice', note);
    try {
      const { rows } = await client.query(this.#queryOf(text, values));
      return { rows: rows as Rows, notices };
    } catch (error) {
      if (asksElsewhere(error)) this.#suspect(client.place);
      throw new DatabaseError(failureKindOf(error), error);
    } finally {
      client.off('notice', note);
    }
  }

  /** Those of the role are for calls, and no call waits for a transaction. */
  #timeOuts(): string {
    const { statementMs } = this.#options;
    return `SELECT set_config('statement_timeout', '${statementMs}ms', true),
      set_config('idle_in_transaction_session_timeout', '${statementMs}ms', true),
      set_config('lock_timeout', '${Math.min(LOCK_MS, statementMs)}ms', true)`;
  }

  #queryOf(text: string, values: readonly unknown[]) {
    return { text, values: [...values], types: parsers, query_timeout: this.#options.statementMs };
  }

  /** A connection to a server that writes: the one that was found last, or the first that is found. */
  async #connect(): Promise<Connection> {
    await this.#readyPassword();
    let failure: unknown;
    for (let tries = 0; tries <= this.#options.hosts.length; tries += 1) {
      const place = this.#current;
      try {
        return await this.#connectToWriter();
      } catch (error) {
        failure = error;
      }
      if (this.#pool.ending) break;
      // Where all of them are in use, no host was asked.
      if (!isNoneFree(failure)) this.#suspect(place);
    }
    if (isNoneFree(failure)) failure = new Error(this.#allInUse(), { cause: failure });
    throw connectFailure(failure, this.#options);
  }

  /** Where a new connection is needed. */
  async #readyPassword(): Promise<void> {
    const { idleCount, totalCount } = this.#pool;
    if (idleCount > 0 || totalCount >= this.#options.connectionsMax) return;
    try {
      await this.#password.renew();
    } catch (error) {
      throw new DatabaseError('unreachable', error);
    }
  }

  #allInUse(): string {
    const { connectionsMax, connectMs } = this.#options;
    return `all ${connectionsMax} connections were in use for ${connectMs} ms`;
  }

  async #connectToWriter(): Promise<Connection> {
    for (;;) {
      const client = (await this.#pool.connect()) as Connection;
      if (!client.isWriter) {
        await this.#requireWriting(client);
        this.#writer = client.place;
      }
      if (client.place === this.#writer) return client;
      // Another host writes by now. This one may not know, and tell what is no longer so.
      client.release(true);
    }
  }

  async #requireWriting(client: Connection): Promise<void> {
    try {
      const { standbyToo, connectMs } = this.#options;
      client.isWriter = standbyToo || (await isWriter(client, connectMs));
      if (!client.isWriter) throw new Error('the server is a standby');
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** New connections go to the next one, unless that was noticed already. */
  #suspect(place: number): void {
    if (this.#current === place) this.#current = (place + 1) % this.#options.hosts.length;
  }

  #hostAt(place: number): Host {
    const host = this.#options.hosts[place];
    if (host === undefined) throw new TypeError('there is no host');
    return host;
  }
}

interface Connection extends pg.PoolClient {
  /** Of its host. */
  readonly place: number;
  /** Or whether a standby will do. Absent: it was not asked yet. */
  isWriter?: boolean;
}

function isNoneFree(error: unknown): boolean {
  return error instanceof Error && error.message === NONE_FREE;
}

async function isWriter(client: Connection, timeoutMs: number): Promise<boolean> {
  const text = 'SELECT pg_is_in_recovery() AS is_standby';
  const { rows } = await client.query({ text, query_timeout: timeoutMs } as pg.QueryConfig);
  return rows[0]?.is_standby === false;
}

interface Answer {
  readonly rows: Rows;
  /** SQLSTATEs of what the server told beside it. */
  readonly notices: readonly string[];
}

function requireReplicated({ rows, notices }: Answer): Rows {
  if (!notices.includes(MAYBE_NOT_REPLICATED)) return rows;
  throw new DatabaseError('unknown', new Error('the server did not wait for its standby'));
}

export type Query = (text: string, values?: readonly unknown[]) => Promise<Rows>;

function connectionOptions({ database, user, tls, session }: DatabaseOptions): pg.PoolConfig {
  const parameters = Object.entries(session).map(([name, value]) => `-c ${name}=${value}`);
  return {
    ...(parameters.length > 0 && { options: parameters.join(' ') }),
    database,
    user,
    application_name: 'gsp-otp',
    ssl: tls === false ? false : { rejectUnauthorized: true, ...(tls.ca !== undefined && { ca: tls.ca }) },
    keepAlive: true,
  };
}
