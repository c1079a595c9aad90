import pg from 'pg';
import { DatabaseError } from './failure.ts';

interface Login {
  readonly user: string;
  readonly database: string;
  /** What its settings are called by. Default: `store`. */
  readonly settings?: 'store' | 'directory';
}

const HOSTS = 'name another one in store.hosts';
const NO_POSTGRES = 'is PostgreSQL what listens there? See store.hosts';
const AUTHORITY = 'its authority is unknown: name it in store.tlsCa';

/**
 * What mends a connection that could not be made, the statement or the setting, by the SQLSTATE of the server, the code of
 * the network, or, of an error of the driver, which has no code, its message.
 */
const remedies: Readonly<Record<string, string | ((login: Login) => string)>> = {
  '28P01': ({ user }) =>
    `set store.password to the role's, or what store.passwordCommand prints; or ALTER ROLE ${user} PASSWORD '…', with VALID UNTIL if it has expired`,
  '28000': ({ user }) =>
    `CREATE ROLE ${user} LOGIN PASSWORD '…' if there is none, ALTER ROLE ${user} LOGIN if it may not log in; otherwise let pg_hba.conf admit it from this machine, and set store.tls: true if it wants TLS`,
  '3D000': ({ user, database }) =>
    `name another one in store.database; or CREATE DATABASE ${database} OWNER ${user} ENCODING 'UTF8' TEMPLATE template0`,
  '42501': ({ user, database }) => `GRANT CONNECT ON DATABASE ${database} TO ${user}`,
  '55000': ({ database }) => `ALTER DATABASE ${database} ALLOW_CONNECTIONS true`,
  '53300': ({ user }) =>
    `lower store.connections, or raise max_connections of the server; if the role has a limit, ALTER ROLE ${user} CONNECTION LIMIT -1`,
  '57P03': 'wait until it has started',
  'the server is a standby': 'name its primary in store.hosts, or promote it',
  ECONNREFUSED: `nothing listens there: start PostgreSQL, have it listen at that address (listen_addresses), or ${HOSTS}`,
  ENOTFOUND: `DNS doesn't know that name: ${HOSTS}`,
  EAI_AGAIN: 'DNS does not answer this machine',
  EHOSTUNREACH: `no way leads there: ${HOSTS}, or let networks and firewalls pass it`,
  ENETUNREACH: `no way leads there: ${HOSTS}, or let networks and firewalls pass it`,
  ETIMEDOUT: `nobody answers there: ${HOSTS}, or let firewalls pass it`,
  'Connection terminated due to connection timeout': `let firewalls pass it; ${NO_POSTGRES}`,
  ECONNRESET: NO_POSTGRES,
  'Connection terminated unexpectedly': NO_POSTGRES,
  'There was an error establishing an SSL connection': NO_POSTGRES,
  'The server does not support SSL connections':
    'set ssl = on at the server; or, where the way to it is private, store.tls: false and store.privateLink: true',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name the server in store.hosts as its certificate does',
  CERT_HAS_EXPIRED: 'give the server a new one',
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
  'the server wants a password': 'set store.password or store.passwordCommand',
  'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string':
    'store.password is empty, or store.passwordCommand prints nothing',
};

/** A connection that could not be made, with what mends it where that is known. */
export function connectFailure(error: unknown, { user, database, settings = 'store' }: Login): DatabaseError {
  if (!(error instanceof Error)) return new DatabaseError('unreachable', error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const remedy = remedies[code ?? error.message];
  if (remedy === undefined) return new DatabaseError('unreachable', error);
  const login = { user: pg.escapeIdentifier(user), database: pg.escapeIdentifier(database) };
  const toDo = typeof remedy === 'string' ? remedy : remedy(login);
  // Of several addresses of one name, Node says nothing but the code.
  const said = withoutAdvice(error.message) || code;
  return new DatabaseError(
    'unreachable',
    new Error(`${said}: ${toDo.replaceAll('store.', `${settings}.`)}`, { cause: error }),
  );
}

/** Node advises on certificates what is no setting of ours. */
function withoutAdvice(message: string): string {
  return message.replace(/; if the root CA is installed locally,.*/s, '');
}
