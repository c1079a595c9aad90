import assert from 'node:assert/strict';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import type { DataTerms } from '../../../src/adapters/data-kind.ts';
import { storeKinds } from '../../../src/adapters/storage/catalog.ts';
import type { OpenedStore, StoreKind } from '../../../src/adapters/storage/store-kind.ts';
import type { GuardOrder } from '../../../src/ports/otp-store.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import {
  accepted,
  anAssociation,
  anAttempt,
  anIssue,
  digest,
  factsFor,
  HOUR,
  issue,
  refused,
  settleText,
  T0,
  toJudge,
} from '../../contracts/otp-orders.ts';
import { connect } from '../../support/postgres/connect.ts';
import { type Kind, kindsUnderTest, storeKindsUnderTest } from './store-kinds.ts';

type Terms = DataTerms<Settings['store']>;

/** Sets a column of all rows of a table, as another program could. `false`: its type takes no such value. */
type Intruder = (table: string, column: string, value: unknown) => Promise<boolean>;

const intruders: Readonly<Record<Kind, (t: TestContext, terms: Terms, where: string) => Promise<Intruder>>> =
  {
    async sqlite(t, _terms, file) {
      const database = new DatabaseSync(file);
      t.after(() => database.close());
      return async (table, column, value) => {
        try {
          database.prepare(`UPDATE ${table} SET ${column} = ?`).run(value as SQLInputValue);
          return true;
        } catch {
          return false;
        }
      };
    },
    async postgres(t, { settings }) {
      assert.equal(settings.kind, 'postgres');
      const [host = ''] = settings.hosts;
      const client = await connect(t, `postgres://${settings.user}@${host}/${settings.database}`);
      return async (table, column, value) => {
        const statement = `UPDATE ${settings.schema}.${table} SET ${column} = $1`;
        return client.query(statement, [value]).then(
          () => true,
          () => false,
        );
      };
    },
  };

const ceilings = [{ subject: 'global', windowMs: HOUR }];
const ceiling = (subject: string) => ({ subject, windowMs: HOUR });
const guard: GuardOrder = {
  unverified: [ceiling('country'), ceiling('range'), ceiling('prefix')],
  verified: [ceiling('country'), ceiling('range'), ceiling('prefix')],
};

type Ask = (opened: OpenedStore) => Promise<unknown>;

const asks = {
  facts: ({ store }) => factsFor(store, 'send-1', { ceilings, guard }),
  numberFacts: async ({ store }) =>
    store.issue(anIssue('send-1', { guard }), (facts) => {
      facts.guard?.numberVerified();
      return { kind: 'busy' };
    }),
  recall: ({ store }) => store.recall({ method: 'sendOtp', requestId: 'send-1' }),
  challenge: ({ store }) => store.findChallenge('send-1'),
  attempt({ store }) {
    const order = anAttempt('verify-2', 'send-1');
    return store.attempt(order, toJudge(order, true));
  },
  history: ({ store }) => store.history('send-1'),
  text: ({ store }) => issue(store, 'send-9', { accountDigest: digest('ana') }, { ceilings }),
  newestMoment: ({ store }) => store.newestMoment(),
  blocks: ({ store }) => store.blocks(T0),
  association: ({ store }) => store.findAssociation(digest('one')),
  untold: ({ store }) => store.untoldAssociations({ after: new Uint8Array(), rowsMax: 1 }),
} satisfies Readonly<Record<string, Ask>>;

const ofRequest = ['facts', 'recall', 'history'] as const;
const ofAssociation = ['association', 'untold'] as const;
const ofChallenge = ['facts', 'challenge', 'attempt', 'history'] as const;

type Row = readonly [values: readonly unknown[], asked: readonly (keyof typeof asks)[]];

const tooLarge = 2n ** 60n;

/** By table and column: values that it may hold for the engine but not for us, and what then fails. */
const SENSELESS: Readonly<Record<string, Row>> = {
  'request.method': [['sentOtp'], ['history']],
  'request.state': [['', 'CLAIMED', 'issued'], ofRequest],
  'request.fingerprint': [
    [new Uint8Array(0), new Uint8Array(15), new Uint8Array(17)],
    ['facts', 'recall'],
  ],
  'request.lease_expires_at_ms': [[tooLarge], ['facts', 'recall']],
  'request.received_at_ms': [[tooLarge], ['history', 'newestMoment']],
  'request.answered_at_ms': [[tooLarge], ['history', 'newestMoment']],
  'request.integrator_id': [[null], ofRequest],
  'request.challenge_state': [[null, '', 'claimed'], ofChallenge],
  'request.nonce': [[null, new Uint8Array(8)], ofChallenge],
  'request.secret_id': [[null], ofChallenge],
  'request.code_length': [[null, -(2n ** 60n)], ofChallenge],
  'request.account_digest': [[null, new Uint8Array(32)], ofChallenge],
  'request.phone_number_digest': [[null, new Uint8Array(1)], ofChallenge],
  'request.otp_context': [['', 'Association'], ofChallenge],
  'request.issued_at_ms': [[null, tooLarge], ofChallenge],
  'request.expires_at_ms': [[null, 2n ** 53n], ofChallenge],
  'request.expires_at_wall_ms': [[null, tooLarge], ofChallenge],
  'request.submissions': [[null], ofChallenge],
  'request.failed_attempts': [[null], ofChallenge],
  'request.counted': [['', '{}', '[1]', '[{}]'], ofChallenge],
  'request.uses': [['', 'verifyotp', 'verifyOtp  capture'], ofChallenge],
  'request.submitted_at_ms': [[null, tooLarge], ofChallenge],
  'request.receipt_state': [['', 'arrived'], ofChallenge],
  'request.events': [['{}\n', '[1,"wrong"]\n', '["1","wrong",""]\n', '[1,\n', '\n'], ['history']],
  'kept_association.account_digest': [[new Uint8Array(15)], ofAssociation],
  'kept_association.state': [['', 'Associated'], ofAssociation],
  'kept_association.at_ms': [[tooLarge], ofAssociation],
  'misstep.at_ms': [[tooLarge], ['facts']],
  'misstep.times': [[tooLarge], ['facts']],
  'block.until_ms': [[tooLarge], ['facts', 'blocks']],
  'block.since_ms': [[tooLarge], ['facts', 'blocks']],
  'block.unverified': [[tooLarge], ['facts', 'blocks']],
  'block.verified': [[tooLarge], ['facts', 'blocks']],
  'meta.value': [['', 'soon', '99999999999999999'], ['newestMoment']],
};

/** Of columns that not every kind has. What another server tells of itself spoils nothing: test/application/nodes/ */
const SENSELESS_OF: Readonly<Record<Kind, Readonly<Record<string, Row>>>> = {
  sqlite: { 'ceiling.sends': [[tooLarge], ['facts']] },
  postgres: {
    'ceiling.counts': [
      ['[]', '1', '"x"', '{"x": 1}', '{"1": "x"}', '{"1": -1}', '{"1": 0.5}', '{"1": null}'],
      ['facts'],
    ],
    'ceiling.raised': [[tooLarge], ['text']],
    'subject.verified_at_ms': [[tooLarge], ['numberFacts']],
  },
};

/** A store in which something stands in every table. */
async function filled(t: TestContext, kind: Kind) {
  const row = (storeKinds as readonly StoreKind[]).find((one) => one.kind === kind);
  assert.ok(row);
  const terms = await storeKindsUnderTest[kind](t);
  const open = async () => {
    const opened = await row.open(terms, 'serve');
    t.after(() => opened.store.close());
    return opened;
  };
  const opened = await open();
  const { store } = opened;
  await issue(store, 'send-1', {}, { ceilings });
  await settleText(store, accepted('send-1'));
  const order = anAttempt('verify-1', 'send-1');
  await store.attempt(order, toJudge(order, false));
  const block = { subject: 'country', sinceMs: T0, untilMs: T0 + HOUR, unverified: 1, verified: 1 };
  const answer = { result: '', integratorId: 'x' };
  await store.issue(anIssue('send-2', { guard }), () => {
    return { kind: 'answer', request: { state: 'released', answer, reason: '' }, guard: { begin: [block] } };
  });
  await store.remember(T0 + HOUR);
  await store.changeAssociation(digest('one'), () => anAssociation('one'));
  const reopen = async () => {
    await store.close();
    return (await open()).store;
  };
  return { opened, reopen, intrude: await intruders[kind](t, terms, row.where(terms)) };
}

for (const kind of kindsUnderTest) {
  describe(`a store of kind ${kind} whose rows another program changed`, () => {
    for (const [place, [values, asked]] of Object.entries({ ...SENSELESS, ...SENSELESS_OF[kind] })) {
      test(`a senseless ${place} is an unavailable store, not a wrong answer`, async (t) => {
        const [table = '', column = ''] = place.split('.');
        const { opened, intrude } = await filled(t, kind);
        for (const name of asked) await asks[name](opened);
        for (const value of values) {
          if (!(await intrude(table, column, value))) continue;
          for (const name of asked) {
            const failure = await Promise.resolve(asks[name](opened)).then(
              () => assert.fail(`${name}: ${value} was taken for sense`),
              (error: unknown) => error,
            );
            assert.ok(failure instanceof UnavailableError, `${name}: ${failure}`);
          }
        }
      });
    }

    test('senseless events spoil nothing but the history', async (t) => {
      const { opened, intrude } = await filled(t, kind);
      assert.ok(await intrude('request', 'events', '[1,\n'));
      assert.ok(await opened.store.findChallenge('send-1'));
    });

    test('a senseless row disturbs no step of another account, and supersedes nothing of its own', async (t) => {
      const { opened, reopen, intrude } = await filled(t, kind);
      await issue(opened.store, 'send-3');
      // A server may go on with what it wrote itself.
      const store = await reopen();
      assert.ok(await intrude('request', 'challenge_state', 'lost'));
      const other = { accountDigest: digest('joao'), phoneNumberDigest: digest('number of joao') };
      await issue(store, 'send-4', other);
      const outcomes = await Promise.allSettled([
        settleText(store, refused('send-3')),
        settleText(store, accepted('send-4')),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['rejected', 'fulfilled'],
      );
      assert.equal((await store.findChallenge('send-4'))?.state, 'sent');
      await assert.rejects(store.findChallenge('send-1'), UnavailableError);
    });
  });
}
