import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import type { SqliteOtpStore } from '../../../../src/adapters/storage/sqlite/otp-store.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import {
  aChallenge,
  accepted,
  anAssociation,
  anAttempt,
  anEcho,
  anIssue,
  granted,
  HOUR,
  idFor,
  issue,
  MINUTE,
  refused,
  settleText,
  T0,
  toJudge,
  unknown,
} from '../../../contracts/otp-orders.ts';
import { completeRequest } from '../../../contracts/otp-steps.ts';
import { diskFailure, watchedOpen } from './faulty-database.ts';
import { openStore, temporaryFile } from './store-under-test.ts';

const ceilings = [{ subject: 'global', windowMs: HOUR }];
const verify = anAttempt('verify-1', 'send-1');

interface Scene {
  readonly prepare: (store: SqliteOtpStore) => Promise<unknown>;
  readonly step: (store: SqliteOtpStore) => Promise<unknown>;
}

const scenes: Readonly<Record<string, Scene>> = {
  'an issue that supersedes': {
    prepare: (store) => issue(store, 'send-0'),
    step: (store) => issue(store, 'send-1', {}, { ceilings, nowMs: T0 + MINUTE }),
  },
  'a resumed issue': {
    prepare: async (store) => {
      await issue(store, 'send-1', {}, { ceilings });
      await settleText(store, unknown('send-1'));
    },
    step: (store) => {
      const challenge = aChallenge({ challengeId: idFor('send-1'), submissions: 2 });
      const order = anIssue('send-1', { ceilings });
      return store.issue(order, () => granted('resume', challenge, order));
    },
  },
  'a refusal that gives back': {
    prepare: (store) => issue(store, 'send-1', {}, { ceilings }),
    step: (store) => settleText(store, refused('send-1')),
  },
  'a verification': {
    prepare: async (store) => {
      await issue(store, 'send-1');
      await settleText(store, accepted('send-1'));
    },
    step: (store) => store.attempt(verify, toJudge(verify, true)),
  },
  'a consumption with an association': {
    prepare: async (store) => {
      await issue(store, 'send-1');
      await settleText(store, accepted('send-1'));
    },
    step: (store) =>
      store.attempt(verify, (facts) => {
        const decision = toJudge(verify, true)(facts);
        return decision.kind === 'judged' ? { ...decision, association: anAssociation('one') } : decision;
      }),
  },
  'a sweep': {
    prepare: async (store) => {
      await issue(store, 'send-1');
      await issue(store, 'send-2');
    },
    step: (store) => store.sweep(T0 + 1, 10),
  },
};

/** Every row of the database, as another process sees it. */
function contents(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = ['request', 'ceiling', 'misstep', 'kept_association'].map((table) =>
    database.prepare(`SELECT * FROM ${table}`).all(),
  );
  database.close();
  return rows;
}

/** A closed database in which the scene is prepared. */
async function prepared(t: TestContext, { prepare }: Scene): Promise<string> {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  await prepare(store);
  await store.close();
  // Opening ends the leases that were left.
  await openStore(t, { file }).close();
  return file;
}

/** Runs the scene's step beside a neighbour's, while `fault` is called before and after each statement. */
async function play(
  t: TestContext,
  { step }: Scene,
  from: string,
  fault: (call: number, sql: string) => void,
) {
  const file = `${from}-copy`;
  copyFileSync(from, file);
  let calls: number | undefined;
  const open = watchedOpen((_, sql) => {
    if (calls === undefined) return;
    calls += 1;
    fault(calls, sql);
  });
  const store = openStore(t, { file, open });
  calls = 0;
  const outcomes = await Promise.allSettled([step(store), completeRequest(store, anEcho('echo-1'))]);
  const total = calls;
  calls = undefined;
  const after = contents(file);
  await store.check();
  assert.deepEqual(contents(file), after, 'something was committed belatedly');
  await store.close();
  return { outcomes, after, total };
}

for (const [name, scene] of Object.entries(scenes)) {
  describe(`${name}, with a fault before and after each statement`, () => {
    for (const lasting of [false, true]) {
      test(`that ${lasting ? 'lasts' : 'passes'}: all of it happens or nothing`, async (t) => {
        const file = await prepared(t, scene);
        const before = contents(file);
        const whole = await play(t, scene, file, () => {});
        assert.notDeepEqual(whole.after, before);
        let failures = 0;
        for (let at = 1; at <= whole.total; at += 1) {
          let committed = false;
          const { outcomes, after } = await play(t, scene, file, (call, sql) => {
            if (!(call === at || (lasting && call > at))) return;
            // Even calls come after the statement: a fault then hides that the commit succeeded.
            if (sql === 'COMMIT' && call % 2 === 0) committed = true;
            throw diskFailure();
          });
          const failed = outcomes.some(({ status }) => status === 'rejected');
          failures += failed ? 1 : 0;
          assert.deepEqual(after, failed && !committed ? before : whole.after, `fault at call ${at}`);
          for (const outcome of outcomes) {
            assert.equal(outcome.status === 'rejected', failed, 'a neighbour fared otherwise');
            if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof UnavailableError);
          }
        }
        assert.ok(failures > 0);
      });
    }
  });
}
