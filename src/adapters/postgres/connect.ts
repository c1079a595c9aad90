import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UnavailableError } from '../../ports/unavailable.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { Database, type Host } from './database.ts';

export type { Host } from './database.ts';

const DEFAULT_PORT = 5432;
const PASSWORD_MS_MAX = 5000;
const PASSWORD_BYTES_MAX = 65_536;
/** Both lie well within the budget of a request, so that another server can still be asked. */
const CONNECT_MS = 700;
export const STATEMENT_MS = 1000;
/** For statements that no request waits for. */
export const UNHURRIED_MS = 10 * 60_000;

/** Of the connections of a server, those that look accounts up. The others are the store's. */
export const LOOK_UP_CONNECTIONS = 2;

export interface ConnectOptions {
  /** How long a statement may take, ms. Default: as long as a request can wait. */
  readonly statementMs?: number;
  /** Default: as many as the settings allow. */
  readonly connections?: number;
  readonly readOnly?: boolean;
  /** Default: only a server that writes will do. */
  readonly standbyToo?: boolean;
  /** What its settings are called by, in advice. Default: `store`. */
  readonly settingsOf?: 'store' | 'directory';
  /** Default: none. */
  readonly session?: Readonly<Record<string, string>>;
}

/** Connects when it is first asked. */
export function connectTo(
  settings: Omit<ConnectionSettings, 'schema'>,
  {
    statementMs = STATEMENT_MS,
    connections = settings.connections,
    readOnly = false,
    standbyToo = false,
    session = {},
    settingsOf = 'store',
  }: ConnectOptions = {},
): Database {
  const { hosts, database, user, tls, tlsCa } = settings;
  return new Database({
    hosts: hosts.map((host) => readHost(host)),
    ...{ database, user },
    password: passwordOf(settings),
    tls: tls && { ca: tlsCa?.reveal() },
    connectionsMax: connections,
    connectMs: CONNECT_MS,
    ...{ statementMs, readOnly, standbyToo, session, settings: settingsOf },
  });
}

/** `defaultPort` where the text has none. */
export function readHost(text: string, defaultPort = DEFAULT_PORT): Host {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? '', port: Number(port ?? defaultPort) };
}

function passwordOf({
  password,
  passwordCommand,
}: Omit<ConnectionSettings, 'schema'>): (() => Promise<string>) | undefined {
  if (passwordCommand !== undefined) return () => printed(passwordCommand);
  return password && (async () => password.reveal());
}

/** Nothing that the program prints is repeated: it may be a password. */
async function printed([program = '', ...args]: readonly string[]): Promise<string> {
  const options = { timeout: PASSWORD_MS_MAX, maxBuffer: PASSWORD_BYTES_MAX };
  try {
    const { stdout } = await promisify(execFile)(program, args, options);
    return stdout.replace(/\r?\n$/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new UnavailableError(`passwordCommand failed: ${program} ended with ${code ?? 'a signal'}`);
  }
}
