/**
 * What a server on PostgreSQL is measured beside: a bare `node:http` server that writes the same rows to the same tables by
 * the same driver, in one of three ways.
 * - `grouped`: the floor. It reads nothing, checks nothing, decides nothing; requests of the same moment share a statement
 *   and its commit, in batches like those of the server.
 * - `alone`: the same with a statement and a commit of its own for each step.
 * - `transaction`: each step begins a transaction, locks, reads, decides, writes and commits.
 * Arguments: data folder, `FloorOptions` as JSON.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connectTo } from '../../src/adapters/postgres/connect.ts';
import { openStore } from '../../src/adapters/storage/postgres/open-store.ts';
import { answerMeasurements } from '../measurements.ts';
import type { Work } from './floor-rows.ts';
import type { FloorOptions } from './subjects.ts';
import { transactionWork } from './transaction-work.ts';
import { writingWork } from './writing-work.ts';

const [, , dataDirectory = '.', json = '{}'] = process.argv;
const { settings, way } = JSON.parse(json) as FloorOptions;
const { schema, connections } = settings;
const made = await openStore({ settings, environment: 'sandbox', dataDirectory }, 'serve');
await made.store.close();
const work = workOf();

function workOf(): Work {
  if (way === 'transaction') {
    return transactionWork(`postgres://postgres@${settings.hosts[0]}/postgres`, schema, connections);
  }
  const batches =
    way === 'grouped' ? { batchesMax: 2, itemsMax: 64 } : { batchesMax: connections, itemsMax: 1 };
  // It asks nobody again, so it waits longer.
  return writingWork(connectTo(settings, { statementMs: 30_000 }), schema, batches);
}

async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  const { requestHeader } = JSON.parse(body.toString('utf8')) as { requestHeader: { requestId: string } };
  await work[request.url?.split('/').at(-1) ?? '']?.(requestHeader.requestId);
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
