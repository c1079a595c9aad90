import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { OtpStore } from '../../../src/ports/otp-store.ts';
import { digest, factsFor, HOUR, T0 } from '../../contracts/otp-orders.ts';
import { proofSample, proofSize } from '../../support/proof-size.ts';
import { until } from '../../support/until.ts';
import type { CrashPlace, Fate } from './crash-kind.ts';
import { crashKinds } from './crash-kinds.ts';

const ROUNDS = proofSize('PROOF_STORE_KILLS', { quick: 1, mass: 8 });
const SEED = Number(process.env['PROOF_SEED'] ?? Date.now() % 1_000_000);
const CHILD = new URL('./child.ts', import.meta.url).pathname;

/** What the killed process had acknowledged: for each request id its last word. */
type Acknowledged = ReadonlyMap<string, string>;

/**
 * Rows 1 and 2 of the proofs, at the store: killed at any moment, it loses no step that it acknowledged, tears no step
 * apart, and opens again. Its place is the same throughout, so that each round begins where the last one died.
 */
for (const [kind, { points: allPoints, writesMax, newPlace }] of Object.entries(crashKinds)) {
  const points = proofSample(allPoints, 2);
  describe(`a store of kind ${kind} killed ${ROUNDS} times at each of ${points.length} points (PROOF_SEED=${SEED})`, () => {
    const random = sequence(SEED);
    let place: CrashPlace;
    let folder: string;

    before(async () => {
      place = await newPlace();
      folder = mkdtempSync(join(tmpdir(), 'gsp-otp-acknowledged-'));
    });
    after(async () => {
      rmSync(folder, { recursive: true, force: true });
      await place.remove();
    });

    for (const point of points) {
      test(`[IDEM-8] killed ${point}, no acknowledged step is lost and none is torn`, async () => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const about = `${point}, round ${round}, PROOF_SEED=${SEED}`;
          const fate = {
            point,
            fatalWrite: 1 + Math.floor(random() * writesMax(point)),
            micros: random() * 2000,
          };
          const acknowledged = await kill({ kind, place, folder, run: `${point}-${round}`, fate });
          if (point === 'during recovery') {
            const opening = { point, fatalWrite: 0, micros: random() * 15_000 };
            await kill({ kind, place, folder, run: `recovery-${round}`, fate: opening });
          }
          await place.settled();
          await examine(place, acknowledged, about);
        }
      });
    }
  });
}

interface Killing {
  readonly kind: string;
  readonly place: CrashPlace;
  /** For what the process prints. */
  readonly folder: string;
  readonly run: string;
  readonly fate: Fate;
}

async function kill({ kind, place, folder, run, fate }: Killing): Promise<Acknowledged> {
  const { point, fatalWrite, micros } = fate;
  const runName = run.replaceAll(' ', '_');
  const parameters = [CHILD, kind, place.address, runName, point, `${fatalWrite}`, `${micros}`];
  // A file takes every line at once; a pipe can be full.
  const outputFile = join(folder, runName);
  const output = openSync(outputFile, 'w');
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', output, 'pipe'] });
  closeSync(output);
  assert.ok(child.stderr);
  const lines = () => readFileSync(outputFile, 'utf8').split('\n').slice(0, -1);
  const crash = place.crash?.[point];
  const ended = Promise.all([text(child.stderr), once(child, 'exit')]);
  if (crash !== undefined) {
    // Until something more is acknowledged than before; who has ended says why below.
    const wordsAfter = (count: number) =>
      until(() => lines().length > count || child.exitCode !== null || child.signalCode !== null);
    await wordsAfter(fatalWrite);
    await crash();
    await wordsAfter(lines().length);
    child.kill('SIGKILL');
  }
  const [complaints, [, signal]] = await ended;
  assert.equal(signal, 'SIGKILL', complaints);
  return new Map(
    lines()
      .map((line) => line.split(' '))
      .map(([word = '', requestId = '']) => [requestId, word]),
  );
}

async function examine(place: CrashPlace, acknowledged: Acknowledged, about: string): Promise<void> {
  const store = await place.open();
  try {
    for (const [requestId, word] of acknowledged) await examineRequest(store, requestId, word, about);
    assert.deepEqual(await place.problems(), [], about);
    const ceilings = [{ subject: 'global', windowMs: HOUR }];
    const { ceilingSends } = await factsFor(store, 'next', { ceilings, nowMs: T0, sinceMs: T0 + HOUR });
    assert.deepEqual(ceilingSends, [await place.challenges()], `${about}: ceiling and challenges differ`);
  } finally {
    await store.close();
  }
}

async function examineRequest(store: OtpStore, requestId: string, word: string, about: string) {
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
  // A code that was used has its association, and one that was not has none. [FLOW-2]
  const association = await store.findAssociation(digest(requestId));
  assert.equal(
    association?.state,
    reached === 2 ? 'associated' : undefined,
    `${about}: ${requestId} is torn`,
  );
}

/** Numbers from 0 to 1 that look random and are the same for the same seed. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
