/**
 * The floor that the server is measured against: a bare `node:http` server that makes the same two durable commits
 * for a send (the same row into the same table with the same indexes, then the same columns changed), one for a
 * verify or an echo, with the same kind of group commit, and does nothing else: no rules, no look-ups, no checks, no
 * text. With a key size, two private and two public RSA operations of that size are made around them, on so many
 * threads. Started by `run.ts`, which talks to it over the process channel.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OTP_STATEMENTS } from '../src/adapters/storage/sqlite/otp-statements.ts';
import { openSqliteOtpStore } from '../src/adapters/storage/sqlite/otp-store.ts';
import { startBareRsa } from './bare-rsa.ts';
import { answerMeasurements } from './measurements.ts';

const [, , dataDirectory = '.', rsaBits = '0', threads = '1'] = process.argv;
const rsa = rsaBits === '0' ? undefined : await startBareRsa(Number(rsaBits), Number(threads));
const file = join(dataDirectory, 'otp.sqlite');
await openSqliteOtpStore({ file, environment: 'sandbox' }).close();
const database = new DatabaseSync(file);
database.exec('PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=512; PRAGMA cache_size=-65536;');
const issue = database.prepare(OTP_STATEMENTS.issue);
const settle = database.prepare(OTP_STATEMENTS.settle);
const noteText = database.prepare(OTP_STATEMENTS.noteText);
const answerOnce = database.prepare(OTP_STATEMENTS.answer);
const attempt = database.prepare(OTP_STATEMENTS.attempt);
const findSendOtp = database.prepare("SELECT id FROM request WHERE request_id = ? AND method = 'sendOtp'");

let commits = 0;
let waiting: { readonly run: () => unknown; readonly done: (value: unknown) => void }[] = [];

/** Everything that was asked for during one turn of the event loop shares a commit. */
function durably<T>(run: () => T): Promise<T> {
  return new Promise((resolve) => {
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ run, done: (value) => resolve(value as T) });
  });
}

function flush(): void {
  const batch = waiting;
  waiting = [];
  database.exec('BEGIN IMMEDIATE');
  const results = batch.map(({ run }) => run());
  database.exec('COMMIT');
  commits += 1;
  for (const [index, { done }] of batch.entries()) done(results[index]);
}

const WORK: Readonly<Record<string, (requestId: string) => Promise<unknown>>> = {
  async sendOtp(requestId) {
    const random = randomBytes(76);
    const [fingerprint, nonce, account, phoneNumber] = [12, 28, 44, 60].map((at) =>
      random.subarray(at, at + 16),
    );
    const id = random.toString('base64url', 0, 12);
    const nowMs = Date.now();
    const { lastInsertRowid } = await durably(() =>
      issue.run(
        ...[
          requestId,
          fingerprint ?? null,
          'embedded',
          nowMs + 10_000,
          nowMs,
          id,
          nonce ?? null,
          'sandbox',
          6,
        ],
        ...[account ?? null, phoneNumber ?? null, 'association', nowMs, nowMs + 600_000, 1, 0],
        ...['US', '+1202555', ''],
      ),
    );
    const event = `[${nowMs},"accepted","inbox inbox-1"]`;
    await durably(() => {
      settle.run('completed', nowMs, 'SUCCESS', id, 'sent', 1, event, lastInsertRowid);
      noteText.run('inbox', 'inbox-1', nowMs, null, lastInsertRowid);
    });
  },
  verifyOtp: (requestId) =>
    answerInOneCommit(requestId, 'verifyOtp', (nowMs) => {
      const id = findSendOtp.get(requestId)?.['id'];
      if (id !== undefined) attempt.run('verified', 0, nowMs, `[${nowMs},"verified",""]`, id);
    }),
  echo: (requestId) => answerInOneCommit(requestId, 'echo'),
};

function answerInOneCommit(
  requestId: string,
  method: string,
  also?: (nowMs: number) => void,
): Promise<unknown> {
  const nowMs = Date.now();
  const print = randomBytes(16);
  const values = [
    requestId,
    method,
    'completed',
    print,
    'embedded',
    nowMs,
    nowMs,
    'SUCCESS',
    'id',
    null,
    null,
  ];
  return durably(() => {
    answerOnce.run(...values);
    also?.(nowMs);
  });
}

function requestIdIn(body: Buffer): string {
  const { requestHeader } = JSON.parse(body.toString('utf8')) as { requestHeader: { requestId: string } };
  return requestHeader.requestId;
}

async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  // What a floor can't open it needn't read: a sealed request gets an id of its own.
  await rsa?.run('open');
  const requestId = rsa ? randomUUID() : requestIdIn(body);
  await WORK[request.url?.split('/').at(-1) ?? '']?.(requestId);
  await rsa?.run('seal');
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
  answerMeasurements({
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    commits: () => commits,
  });
});
