/**
 * The floor of a store on PostgreSQL: a bare `node:http` server that writes the same rows to the same tables by the same
 * driver and does nothing else: it reads nothing, checks nothing, decides nothing. `grouped`: requests of the same moment
 * share a statement and its commit, in batches like those of the server; else each step is a transaction of its own.
 * Arguments: data folder, `FloorOptions` as JSON.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Batcher } from '../../src/adapters/postgres/batcher.ts';
import { connectTo } from '../../src/adapters/postgres/connect.ts';
import { openStore } from '../../src/adapters/storage/postgres/open-store.ts';
import { REQUEST_COLUMNS, toRecords } from '../../src/adapters/storage/postgres/row-columns.ts';
import { answerMeasurements } from '../measurements.ts';
import type { FloorOptions } from './subjects.ts';

const [, , dataDirectory = '.', json = '{}'] = process.argv;
const { settings, grouped } = JSON.parse(json) as FloorOptions;
const { schema } = settings;
const made = await openStore({ settings, environment: 'sandbox', dataDirectory }, 'serve');
await made.store.close();
// It asks nobody again, so it waits longer.
const database = connectTo(settings, { statementMs: 30_000 });

const BATCH = grouped ? { batchesMax: 2, itemsMax: 64 } : { batchesMax: settings.connections, itemsMax: 1 };
const CEILINGS = ['country:IN', 'global', 'unverified:country:IN', 'unverified:range', 'unverified:prefix'];

type Row = Readonly<Record<string, unknown>>;

const types: Readonly<Record<string, string>> = REQUEST_COLUMNS;
const recordsOf = (columns: readonly string[]) =>
  `SELECT * FROM json_to_recordset($1::json) AS x(${columns.map((name) => `${name} ${types[name]}`).join(', ')})`;

const ISSUED = [
  ...[
    'request_id',
    'method',
    'version',
    'state',
    'fingerprint',
    'owner',
    'lease_expires_at_ms',
    'received_at_ms',
  ],
  ...['challenge_id', 'challenge_state', 'nonce', 'secret_id', 'code_length', 'account_digest'],
  ...[
    'phone_number_digest',
    'otp_context',
    'issued_at_ms',
    'expires_at_ms',
    'expires_at_wall_ms',
    'recipient',
  ],
  ...['submissions', 'failed_attempts', 'country', 'number_prefix', 'counted_at_ms', 'counted', 'events'],
];
const SETTLED = [
  ...[
    'request_id',
    'version',
    'account_digest',
    'phone_number_digest',
    'received_at_ms',
    'state',
    'answered_at_ms',
  ],
  ...[
    'result',
    'integrator_id',
    'challenge_state',
    'submissions',
    'events',
    'gateway',
    'message_id',
    'submitted_at_ms',
  ],
];
const ANSWERED = [
  ...[
    'request_id',
    'method',
    'version',
    'state',
    'fingerprint',
    'owner',
    'lease_expires_at_ms',
    'received_at_ms',
  ],
  ...['answered_at_ms', 'result', 'integrator_id', 'send_otp_request_id'],
];
const ATTEMPTED = [...ANSWERED, 'challenge_state', 'failed_attempts', 'events'];

/** Both digests of each record get its version, as of an account and a number. */
const touched = (digests: string) => `
  INSERT INTO ${schema}.subject (digest, version, received_at_ms)
  SELECT DISTINCT ON (digest) digest, version, received_at_ms FROM (${digests}) both_digests ORDER BY digest
  ON CONFLICT (digest) DO UPDATE SET version = excluded.version, received_at_ms = excluded.received_at_ms`;
const bothDigests = `
  SELECT account_digest AS digest, version, received_at_ms FROM x
  UNION ALL SELECT phone_number_digest, version, received_at_ms FROM x`;
const inserted = (columns: readonly string[]) =>
  `INSERT INTO ${schema}.request (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM x`;
const updated = (columns: readonly string[], key: string) => `
  UPDATE ${schema}.request r SET ${columns.map((name) => `${name} = x.${name}`).join(', ')}
  FROM x WHERE r.request_id = x.${key} AND r.method = 'sendOtp'`;
/** In one order, so that batches wait for each other and never in a circle. */
const raised = `
  INSERT INTO ${schema}.ceiling AS t (subject, window_ms, raised, counts, until_ms)
  SELECT name, 3600000, (SELECT count(*) FROM x), '{"1": 1}', 0
  FROM unnest(ARRAY[${CEILINGS.map((name) => `'${name}'`).join(', ')}]) AS name ORDER BY name
  ON CONFLICT (subject, window_ms) DO UPDATE SET raised = t.raised + excluded.raised`;

const STATEMENTS = {
  issue: `WITH x AS (${recordsOf(ISSUED)}), w AS (${inserted(ISSUED)}), s AS (${touched(bothDigests)}) ${raised}`,
  settle: `
    WITH x AS (${recordsOf(SETTLED)}), s AS (${touched(bothDigests)})
    ${updated(
      SETTLED.filter(
        (name) => !['request_id', 'account_digest', 'phone_number_digest', 'received_at_ms'].includes(name),
      ),
      'request_id',
    )}`,
  attempt: `
    WITH x AS (${recordsOf(ATTEMPTED)}), w AS (${inserted(ANSWERED)}),
    u AS (${updated(['version', 'challenge_state', 'failed_attempts', 'events'], 'send_otp_request_id')}
      RETURNING r.account_digest, r.phone_number_digest, r.version, r.received_at_ms)
    ${touched(bothDigests.replaceAll('FROM x', 'FROM u'))}`,
  complete: `WITH x AS (${recordsOf(ANSWERED)}) ${inserted(ANSWERED)}`,
} as const;

function writerOf(statement: string): Batcher<Row, undefined> {
  return new Batcher({
    ...BATCH,
    async run(rows) {
      await database.write(statement, [toRecords(rows)]);
      return rows.map(() => undefined);
    },
  });
}

const issues = writerOf(STATEMENTS.issue);
const settlements = writerOf(STATEMENTS.settle);
const attempts = writerOf(STATEMENTS.attempt);
const completions = writerOf(STATEMENTS.complete);

const WORK: Readonly<Record<string, (requestId: string) => Promise<unknown>>> = {
  async sendOtp(requestId) {
    const random = randomBytes(176);
    const at = (first: number, length = 16) => random.subarray(first, first + length);
    const nowMs = Date.now();
    const id = random.toString('base64url', 0, 12);
    const whom = { account_digest: at(12), phone_number_digest: at(28), received_at_ms: nowMs };
    const owner = 'FQ5Mf0Cs1qqw-WYC';
    const noted = JSON.stringify([
      nowMs,
      'guardWouldRefuse',
      'unverifiedPerPrefix prefix:+91990000, unverified 20, verified 0',
    ]);
    const events = `${noted}\n`;
    const key = { request_id: requestId, method: 'sendOtp' };
    await issues.add({
      ...{ ...key, ...whom, version: randomUUID(), state: 'claimed', fingerprint: at(44), owner },
      ...{
        lease_expires_at_ms: nowMs + 10_000,
        challenge_id: id,
        challenge_state: 'submitting',
        nonce: at(60),
      },
      ...{ secret_id: 'sandbox', code_length: 6, otp_context: 'association', issued_at_ms: nowMs },
      ...{ expires_at_ms: nowMs + 600_000, expires_at_wall_ms: nowMs + 600_000, recipient: at(76, 100) },
      ...{
        submissions: 1,
        failed_attempts: 0,
        country: 'IN',
        number_prefix: '+91990000',
        counted_at_ms: nowMs,
      },
      ...{ counted: COUNTED, events },
    });
    await settlements.add({
      ...{
        ...key,
        ...whom,
        version: randomUUID(),
        state: 'completed',
        answered_at_ms: nowMs,
        result: 'SUCCESS',
      },
      ...{
        integrator_id: id,
        challenge_state: 'sent',
        submissions: 1,
        gateway: 'inbox',
        message_id: 'inbox-20004',
      },
      ...{ submitted_at_ms: nowMs, events: `${events}[${nowMs},"accepted","inbox inbox-20004"]\n` },
    });
  },
  verifyOtp: (requestId) =>
    attempts.add({
      ...answered(requestId, 'verifyOtp'),
      ...{ send_otp_request_id: requestId, challenge_state: 'verified', failed_attempts: 0 },
      events: `[${Date.now()},"accepted","inbox inbox-20004"]\n[${Date.now()},"verified","${requestId}"]\n`,
    }),
  echo: (requestId) => completions.add(answered(requestId, 'echo')),
};

const COUNTED = JSON.stringify([
  [
    CEILINGS.slice(0, 2).map((name) => [name, 3_600_000, 5_986_529]),
    CEILINGS.slice(2).map((name) => [name, 3_600_000, 5_986_529]),
  ],
]);

function answered(requestId: string, method: string): Row {
  const nowMs = Date.now();
  return {
    ...{
      request_id: requestId,
      method,
      version: randomUUID(),
      state: 'completed',
      fingerprint: randomBytes(16),
    },
    ...{ owner: 'FQ5Mf0Cs1qqw-WYC', lease_expires_at_ms: 0, received_at_ms: nowMs, answered_at_ms: nowMs },
    ...{ result: 'SUCCESS', integrator_id: 'tONI9rT9qRmTRwHf', send_otp_request_id: null },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  const { requestHeader } = JSON.parse(body.toString('utf8')) as { requestHeader: { requestId: string } };
  await WORK[request.url?.split('/').at(-1) ?? '']?.(requestHeader.requestId);
  const text = JSON.stringify({
    responseHeader: { responseTimestamp: String(Date.now()) },
    result: 'SUCCESS',
  });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
  response.end(text);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => answer(request, response, Buffer.concat(chunks)));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  answerMeasurements({ port: typeof address === 'object' ? (address?.port ?? 0) : 0, commits: () => 0 });
});
