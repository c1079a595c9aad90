import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AccountStatus } from '../../../../src/ports/account-directory.ts';
import type { KnownAccount } from '../../../contracts/directory/directory-factory.ts';
import { describeKeepers } from '../directory-kinds.ts';
import { importText } from './import-text.ts';

interface Row {
  readonly accountId: string;
  readonly status?: AccountStatus;
  readonly phoneNumber?: string | null;
  readonly language?: string | null;
  readonly preferred?: boolean;
  readonly associationIds?: readonly string[];
}

type State = ReadonlyMap<string, KnownAccount>;

/** What an import means, said once more and slowly. `undefined`: refused. */
function importedInto(before: State, rows: readonly Row[]): State | undefined {
  if (new Set(rows.map(({ accountId }) => accountId)).size < rows.length) return undefined;
  const state = new Map(before);
  for (const { accountId, associationIds = [], ...row } of rows) {
    const held = state.get(accountId);
    const status = row.status ?? held?.status;
    if (status === undefined) return undefined;
    const phoneNumber = row.phoneNumber === undefined ? held?.phoneNumber : row.phoneNumber;
    const preferred = row.preferred ?? held?.preferred;
    const language = row.language === undefined ? held?.language : row.language;
    state.set(accountId, {
      accountId,
      status,
      ...(phoneNumber && { phoneNumber }),
      ...(language && { language }),
      ...(preferred && { preferred }),
      associationIds: [...new Set([...(held?.associationIds ?? []), ...associationIds])].sort(),
    });
  }
  const accounts = [...state.values()];
  const associationIds = accounts.flatMap((account) => account.associationIds ?? []);
  const active = accounts.filter(({ status }) => status === 'active');
  // What the rows of the file leave behind; of a group that only lost its preferred account nothing is asked.
  const isResolved = ({ phoneNumber }: KnownAccount) => {
    const group = active.filter((other) => other.phoneNumber === phoneNumber);
    return group.length === 1 || group.filter(({ preferred }) => preferred).length === 1;
  };
  const given = new Set(rows.map(({ accountId }) => accountId));
  const numbersResolved = active
    .filter(({ accountId, phoneNumber }) => given.has(accountId) && phoneNumber !== undefined)
    .every(isResolved);
  const unique = (values: readonly string[]) => new Set(values).size === values.length;
  return unique(associationIds) && numbersResolved ? state : undefined;
}

const numbered = (prefix: string, count: number) =>
  fc.nat({ max: count - 1 }).map((index) => `${prefix}${index}`);

const row: fc.Arbitrary<Row> = fc.record(
  {
    accountId: numbered('w-', 8),
    status: fc.constantFrom<AccountStatus>('active', 'active', 'not-eligible', 'closed', 'closed-fraud'),
    phoneNumber: fc.option(numbered('+1403555010', 6)),
    language: fc.option(fc.constantFrom('en', 'pt-BR')),
    preferred: fc.boolean(),
    associationIds: fc.array(numbered('as-', 20), { maxLength: 2 }),
  },
  { requiredKeys: ['accountId'] },
);

const file = fc.uniqueArray(row, { maxLength: 5, selector: ({ accountId }) => accountId });
const fileWithRepeats = fc.array(row, { maxLength: 5 });

describeKeepers('imports one after another into a directory', (newPlace, { store }) => {
  // On a server each run makes tables.
  const numRuns = store === undefined ? 60 : 20;

  test('[FLOW-2, FLOW-4, OQ-29] whatever files come one after another, the directory holds what they mean', async (t) => {
    const outcomes = { applied: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 4, arbitrary: file }, fileWithRepeats), { maxLength: 6 }),
        async (files) => {
          const place = await newPlace(t);
          let state: State = new Map();
          for (const rows of files) {
            const text = rows.map((given) => `${JSON.stringify(given)}\n`).join('');
            const next = importedInto(state, rows);
            const { outcome, problems } = await importText(place, text, { format: 'ndjson' });
            assert.equal(outcome, next === undefined ? 'refused' : 'applied');
            assert.equal(problems > 0, next === undefined);
            outcomes[outcome] += 1;
            state = next ?? state;
            const expected = [...state.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
            assert.deepEqual(await place.content(), expected);
          }
        },
      ),
      { numRuns },
    );
    assert.ok(outcomes.applied > numRuns / 3 && outcomes.refused > numRuns / 3, JSON.stringify(outcomes));
  });
});
