/**
 * The floor that the server is measured against: a bare `node:http` server that makes the same two durable commits
 * for a send (insert, then update), one for a verify or an echo, with the same kind of group commit, and does
 * nothing else. Started by `run.ts`, which talks to it over the process channel.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { answerMeasurements } from './measurements.ts';

const [, , dataDirectory = '.'] = process.argv;
const database = new DatabaseSync(join(dataDirectory, 'floor.sqlite'));
database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;');
database.exec(
  'CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, request BLOB, state INTEGER, at INTEGER)',
);
const insert = database.prepare('INSERT INTO row (request, state, at) VALUES (?, 0, ?)');
const update = database.prepare('UPDATE row SET state = 1 WHERE id = ?');

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

async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  const parsed: unknown = JSON.parse(body.toString('utf8'));
  const row = Buffer.from(JSON.stringify(parsed).slice(0, 180));
  const { lastInsertRowid } = await durably(() => insert.run(row, Date.now()));
  if (request.url?.endsWith('/sendOtp')) await durably(() => update.run(lastInsertRowid));
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
