/**
 * The service behind `directory: {kind: http}`, for whoever writes one: docs/directories.md says what it must do.
 * `DIRECTORY_TOKEN=a-token-of-your-own node directory-server.ts` serves one account at http://127.0.0.1:8090.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';

/** An account as you keep it. */
export interface KeptAccount {
  readonly accountId: string;
  readonly status?: 'active' | 'not-eligible' | 'closed' | 'closed-account-taken-over' | 'closed-fraud';
  readonly phoneNumber?: string;
  readonly language?: string;
  readonly preferred?: boolean;
  readonly associationIds?: readonly string[];
}

type Question = Readonly<Record<string, unknown>>;

interface Association {
  readonly accountId: string;
  /** Google's request id. `undefined`: it was there at first. */
  readonly attempt: unknown;
}

/** Who calls must show the token. The accounts are in memory; yours are found in a database, by an index. */
export function createDirectoryServer(accounts: readonly KeptAccount[], token: string): Server {
  const byId = new Map(accounts.map((account) => [account.accountId, account]));
  const associations = new Map<unknown, Association>();
  for (const { accountId, associationIds = [] } of accounts) {
    for (const id of associationIds) associations.set(id, { accountId, attempt: undefined });
  }

  // What is asked is compared exactly. An empty list is the only answer that says that nobody is meant.
  const routes: Readonly<Record<string, (question: Question) => object>> = {
    '/lookup'({ by, value }) {
      if (by === 'phoneNumber')
        return { accounts: accounts.filter(({ phoneNumber }) => phoneNumber === value).map(shown) };
      const accountId = by === 'associationId' ? associations.get(value)?.accountId : value;
      const account = byId.get(String(accountId));
      return { accounts: account === undefined ? [] : [shown(account)] };
    },
    '/associate'({ accountId, associationId, attempt }) {
      if (!byId.has(String(accountId))) return { result: 'unknown-account' };
      const former = associations.get(associationId) ?? { accountId, attempt };
      if (former.accountId !== accountId || (former.attempt ?? attempt) !== attempt)
        return { result: 'taken' };
      associations.set(associationId, { accountId: String(accountId), attempt });
      return { result: 'associated' };
    },
    '/dissociate': ({ associationId }) => ({
      result: associations.delete(associationId) ? 'dissociated' : 'unknown-association',
    }),
  };

  return createServer(async (request, response) => {
    const reply = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!isSame(request.headers.authorization, `Bearer ${token}`)) return reply(401, {});
    const route = request.method === 'POST' ? routes[request.url ?? ''] : undefined;
    if (route === undefined) return reply(404, {});
    const question = await questionIn(request);
    // Whatever goes wrong is an error: an empty list would be taken for nobody.
    return question === undefined ? reply(400, {}) : reply(200, route(question));
  });
}

function shown({ associationIds: _, status = 'active', ...account }: KeptAccount): object {
  return { ...account, status };
}

/** Compares digests, so that the time it takes says nothing of the token. */
function isSame(given = '', expected: string): boolean {
  const digestOf = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

const BODY_BYTES_MAX = 16_384;

/** `undefined`: it is none. */
async function questionIn(request: IncomingMessage): Promise<Question | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > BODY_BYTES_MAX) return undefined;
      chunks.push(chunk);
    }
    const question: unknown = JSON.parse(Buffer.concat(chunks).toString());
    return typeof question === 'object' && question !== null ? (question as Question) : undefined;
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const token = process.env['DIRECTORY_TOKEN'];
  if (token === undefined) throw new Error('DIRECTORY_TOKEN is not set');
  const maria = { accountId: 'wallet-1', phoneNumber: '+14035550123', associationIds: ['maria'] };
  const server = createDirectoryServer([maria], token);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => server.close());
  server.listen(8090, '127.0.0.1', () => console.log('http://127.0.0.1:8090'));
}
