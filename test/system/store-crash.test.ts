import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { openSqliteOtpStore, type SqliteOtpStore } from '../../src/adapters/storage/sqlite/otp-store.ts';
import { factsFor, HOUR, T0 } from '../contracts/otp-orders.ts';
import { proofSize } from '../support/proof-size.ts';
import { STORE_CRASH_POINTS, type StoreCrashPoint } from './store-crash-points.ts';

const ROUNDS = proofSize('PROOF_STORE_KILLS', { quick: 1, mass: 8 });
const SEED = Number(process.env['PROOF_SEED'] ?? Date.now() % 1_000_000);
const CHILD = new URL('./store-crash-child.ts', import.meta.url).pathname;

/** What the killed process had acknowledged: for each request id its last word. */
type Acknowledged = ReadonlyMap<string, string>;

/**
 * Rows 1 and 2 of the proofs, at the store: killed at any moment, it loses no step that it acknowledged, tears no
 * step apart, and opens again. The file is the same throughout, so that each round begins where the last one died.
 */
describe(`the store killed ${ROUNDS} times at each of ${STORE_CRASH_POINTS.length} points (PROOF_SEED=${SEED})`, () => {
  const random = sequence(SEED);
  let file: string;

  before(() => {
    file = join(mkdtempSync(join(tmpdir(), 'gsp-otp-crash-')), 'otp.sqlite');
  });
  after(() => rmSync(join(file, '..'), { recursive: true, force: true }));

  for (const point of STORE_CRASH_POINTS) {
    test(`[IDEM-8] killed ${point}, no acknowledged step is lost and none is torn`, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const about = `${point}, round ${round}, PROOF_SEED=${SEED}`;
        const acknowledged = await runAndKill(file, `${point.replaceAll(' ', '_')}-${round}`, point);
        if (point === 'during recovery') await kill(file, `recovery-${round}`, point, 0, random() * 15_000);
        await examine(file, acknowledged, about);
      }
    });
  }

  function runAndKill(database: string, run: string, point: StoreCrashPoint): Promise<Acknowledged> {
    const commit = 1 + Math.floor(random() * (point === 'during recovery' ? 150 : 30));
    return kill(database, run, point, commit, random() * 2000);
  }
});

async function kill(
  file: string,
  run: string,
  point: StoreCrashPoint,
  commit: number,
  micros: number,
): Promise<Acknowledged> {
  const parameters = [CHILD, file, run, point, String(commit), String(micros)];
  // A file takes every line at once; a pipe can be full.
  const outputFile = `${file}.acknowledged`;
  const output = openSync(outputFile, 'w');
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', output, 'pipe'] });
  closeSync(output);
  assert.ok(child.stderr);
  const [complaints, [, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(signal, 'SIGKILL', complaints);
  const lines = readFileSync(outputFile, 'utf8').split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => line.split(' ')).map(([word = '', requestId = '']) => [requestId, word]),
  );
}

async function examine(file: string, acknowledged: Acknowledged, about: string): Promise<void> {
  const store = openSqliteOtpStore({ file, environment: 'sandbox' });
  try {
    for (const [requestId, word] of acknowledged) await examineRequest(store, requestId, word, about);
    await examineWhole(store, file, about);
  } finally {
    await store.close();
  }
}

async function examineRequest(store: SqliteOtpStore, requestId: string, word: string, about: string) {
  const challenge = await store.findChallenge(requestId);
  const sent = await store.recall({ method: 'sendOtp', requestId });
  const verified = await store.recall({ method: 'verifyOtp', requestId });
  const reached = ['submitting', 'sent', 'verified'].indexOf(challenge?.state ?? '');
  assert.ok(
    reached >= ['issued', 'sent', 'verified'].indexOf(word),
    `${about}: ${word} ${requestId} was lost`,
  );
  // Request and challenge change in the same step, so they tell the same.
  assert.equal(sent?.state, reached === 0 ? 'claimed' : 'completed', `${about}: ${requestId} is torn`);
  assert.equal(
    verified?.answer?.result,
    reached === 2 ? 'SUCCESS' : undefined,
    `${about}: ${requestId} is torn`,
  );
}

async function examineWhole(store: SqliteOtpStore, file: string, about: string): Promise<void> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const problems = database.prepare('PRAGMA integrity_check').all();
    assert.deepEqual(
      problems.map((row) => row['integrity_check']),
      ['ok'],
      about,
    );
    const issued = database.prepare('SELECT count(*) AS n FROM request WHERE challenge_id IS NOT NULL').get();
    const ceilings = [{ subject: 'global', windowMs: HOUR }];
    const { ceilingSends } = await factsFor(store, 'next', { ceilings, nowMs: T0, sinceMs: T0 + HOUR });
    assert.deepEqual(ceilingSends, [issued?.['n']], `${about}: ceiling and challenges differ`);
  } finally {
    database.close();
  }
}

/** Numbers from 0 to 1 that look random and are the same for the same seed. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
