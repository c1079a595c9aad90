import { Client, type Entry, type Filter, InvalidCredentialsError } from 'ldapts';
import { directoryFault } from '../rows/foreign-account.ts';
import type { LdapDirectorySettings } from './settings.ts';

/** Lies well within the budget of a request. */
const CONNECT_MS_MAX = 700;

export interface Search {
  readonly filter: Filter;
  readonly attributes: readonly string[];
  /** The server tells no more. */
  readonly entriesMax: number;
}

/**
 * The connection to the server. All searches share it; where it broke, the next one makes another, and is tried once more
 * itself, since it changes nothing.
 */
export class LdapConnection {
  readonly #settings: LdapDirectorySettings;
  #client: Promise<Client> | undefined;
  #isClosed = false;

  constructor(settings: LdapDirectorySettings) {
    this.#settings = settings;
  }

  /** Throws `UnavailableError`, in which nothing that was searched for stands. */
  async search(search: Search): Promise<readonly Entry[]> {
    try {
      return await this.#searchOnce(search);
    } catch (error) {
      if (!isBroken(error) || this.#isClosed) throw failureOf(error);
    }
    try {
      return await this.#searchOnce(search);
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const client = this.#client;
    this.#client = undefined;
    await leave(client);
  }

  async #searchOnce({ filter, attributes, entriesMax }: Search): Promise<readonly Entry[]> {
    if (this.#isClosed) throw new Error('it is closed');
    const { baseDn, timeoutMs } = this.#settings;
    this.#client ??= this.#connect();
    const connecting = this.#client;
    try {
      const client = await connecting;
      // Between two searches the server may have hung up; the library then would go on as nobody.
      if (!client.isConnected) throw new Error('the connection is lost');
      const { searchEntries } = await client.search(baseDn, {
        ...{ scope: 'sub', derefAliases: 'never', filter, attributes: [...attributes] },
        ...{ sizeLimit: entriesMax, timeLimit: Math.ceil(timeoutMs / 1000) },
      });
      return searchEntries;
    } catch (error) {
      // Whatever the server said in words leaves the connection as it was.
      if (isBroken(error) && this.#client === connecting) {
        this.#client = undefined;
        void leave(connecting);
      }
      throw error;
    }
  }

  async #connect(): Promise<Client> {
    const { url, startTls, tlsCa, bindDn, bindPassword, timeoutMs } = this.#settings;
    const tlsOptions = { rejectUnauthorized: true, ...(tlsCa && { ca: tlsCa.reveal() }) };
    const client = new Client({
      ...{ url, timeout: timeoutMs, connectTimeout: Math.min(CONNECT_MS_MAX, timeoutMs) },
      ...(url.startsWith('ldaps:') && { tlsOptions }),
    });
    try {
      if (startTls) {
        const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
        await client.startTLS({ ...tlsOptions, host, servername: /[a-z]/i.test(host) ? host : '' });
      }
      await client.bind(bindDn ?? '', bindPassword?.reveal() ?? '');
      return client;
    } catch (error) {
      void leave(Promise.resolve(client));
      throw error;
    }
  }
}

async function leave(connecting: Promise<Client> | undefined): Promise<void> {
  try {
    await (await connecting)?.unbind();
  } catch {
    // It is gone already.
  }
}

/** The server's own words have a code; all else is of the connection. */
function isBroken(error: unknown): boolean {
  return !(error instanceof Error && 'code' in error && typeof error.code === 'number');
}

/** The server's words may have a value in them, which the name of its code has not. */
function failureOf(error: unknown) {
  if (error instanceof InvalidCredentialsError) return directoryFault('refuses bindDn with its bindPassword');
  const told =
    error instanceof Error && !isBroken(error) ? error.name : String((error as Error).message || error);
  return directoryFault(`failed: ${told}`, error);
}
