import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connectTo } from '../../../../src/adapters/postgres/connect.ts';
import type { Database } from '../../../../src/adapters/postgres/database.ts';
import { DatabaseError, type FailureKind } from '../../../../src/adapters/postgres/failure.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { PostgresOtpStore } from '../../../../src/adapters/storage/postgres/otp-store.ts';
import type { OtpStore } from '../../../../src/ports/otp-store.ts';
import {
  aChallenge,
  anIssue,
  digest,
  granted,
  HOUR,
  idFor,
  issue,
  refused,
  settleText,
  T0,
} from '../../../contracts/otp-orders.ts';
import { storeKindsUnderTest } from '../store-kinds.ts';

/** Of two servers on one store the first one: what it writes next is written, but it never hears so. */
async function twoServers(t: TestContext) {
  const terms = await storeKindsUnderTest.postgres(t);
  if (terms.settings.kind !== 'postgres') throw new TypeError('it is of another kind');
  const { settings } = terms;
  const { store: other } = await openStore({ ...terms, settings }, 'serve');
  const database = connectTo(settings);
  const one = new PostgresOtpStore(database, settings.schema);
  t.after(() => Promise.all([one.close(), other.close()]));
  return {
    ...{ one, other },
    loseWord: (meanwhile: () => Promise<unknown>) => loseWord(database, meanwhile),
    fail: (way: 'read' | 'write', kind: FailureKind) => fail(database, way, kind),
  };
}

/** What is asked next is never asked. */
function fail(database: Database, way: 'read' | 'write', kind: FailureKind): void {
  const ask = database[way].bind(database);
  database[way] = async () => {
    database[way] = ask;
    throw new DatabaseError(kind, new Error('no server that writes was found'));
  };
}

function loseWord(database: Database, meanwhile: () => Promise<unknown>): void {
  const write = database.write.bind(database);
  database.write = async (...statement) => {
    database.write = write;
    await write(...statement);
    await meanwhile();
    throw new DatabaseError('unknown', new Error('the connection broke'));
  };
}

const global = { subject: 'global', windowMs: HOUR };

async function counted(store: OtpStore): Promise<number> {
  let sends = -1;
  await store.issue(anIssue('asks', { ceilings: [global] }), ({ ceilingSends }) => {
    sends = ceilingSends[0] ?? 0;
    return { kind: 'busy' };
  });
  return sends;
}

for (const [way, kind] of [
  ['write', 'unreachable'],
  ['read', 'unreachable'],
  ['read', 'unknown'],
] as const) {
  test(`a step whose ${way} is ${kind} is written by another try`, async (t) => {
    const { one, other, fail } = await twoServers(t);
    fail(way, kind);
    await issue(one, 'send-1');
    assert.equal((await other.findChallenge('send-1'))?.state, 'submitting');
  });
}

test('a step that the database refuses fails alone, and not those that it went along with', async (t) => {
  const { one } = await twoServers(t);
  const whom = (name: string) => ({ accountDigest: digest(name), phoneNumberDigest: digest(`of ${name}`) });
  const outcomes = await Promise.allSettled([
    issue(one, 'send-1', whom('one')),
    issue(one, 'send-2', { ...whom('two'), expiresAtMs: 1e30 }),
    issue(one, 'send-3', whom('three')),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal((await one.findChallenge('send-3'))?.state, 'submitting');
});

test('a refusal that was recorded without a word is recorded once, though the text was sent again meanwhile', async (t) => {
  const { one, other, loseWord } = await twoServers(t);
  await issue(one, 'send', {}, { ceilings: [global] });
  loseWord(async () => {
    const challenge = aChallenge({ challengeId: idFor('send'), submissions: 1 });
    const order = anIssue('send', { ceilings: [global], nowMs: T0 + 300 });
    await other.issue(order, () => granted('resume', challenge, order));
    assert.equal(await counted(other), 1);
  });
  await settleText(one, refused('send'));
  const [request] = await other.history('send');
  assert.equal(request?.challenge?.state, 'submitting');
  assert.equal(await counted(other), 1);
});
