import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportTarget } from '../../../../src/adapters/directory/import/import-target.ts';
import { createSystemClock } from '../../../../src/adapters/system/system-clock.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { deadlineIn } from '../../../contracts/directory/directory-factory.ts';
import { describeKeepers } from '../directory-kinds.ts';
import { importText } from './import-text.ts';

const maria = {
  accountId: 'w-1',
  status: 'active',
  phoneNumber: '+14035550101',
  language: 'pt-BR',
  associationIds: ['as-1'],
} as const;

function ndjson(...rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

describeKeepers('an import into a directory', (newPlace, row) => {
  test('a file is applied whole, into a directory that is made for it', async (t) => {
    const place = await newPlace(t);
    const csv =
      'accountId,status,phoneNumber,language,associationIds\nw-1,active,+14035550101,pt-BR,as-1\nw-2,closed,,,\n';
    const { outcome, rows, counts } = await importText(place, csv);
    assert.deepEqual(
      { outcome, rows, counts },
      {
        outcome: 'applied',
        rows: 2,
        counts: { created: 2, changed: 0, closed: 0, associationsAdded: 1 },
      },
    );
    assert.deepEqual(await place.content(), [
      maria,
      { accountId: 'w-2', status: 'closed', associationIds: [] },
    ]);
    assert.deepEqual(place.leftovers(), []);
  });

  for (const [what, row, expected, counts] of [
    ['an id alone changes nothing', {}, {}, { changed: 0 }],
    ['the same values change nothing', maria, {}, { changed: 0 }],
    [
      'a status alone leaves the rest',
      { status: 'not-eligible' },
      { status: 'not-eligible' },
      { changed: 1 },
    ],
    [
      'a closed status is counted',
      { status: 'closed-fraud' },
      { status: 'closed-fraud' },
      { changed: 1, closed: 1 },
    ],
    [
      'another number takes the place of the old one',
      { phoneNumber: '+12' },
      { phoneNumber: '+12' },
      { changed: 1 },
    ],
    [
      '[FLOW-2] association ids are added, none is taken away',
      { associationIds: ['as-2', 'as-2'] },
      { associationIds: ['as-1', 'as-2'] },
      { associationsAdded: 1 },
    ],
    ['[FLOW-2] no association ids take none away', { associationIds: [] }, {}, { changed: 0 }],
  ] as const) {
    test(`${what}, of an account that is there already`, async (t) => {
      const place = await newPlace(t);
      await place.fill([maria]);
      const result = await importText(place, ndjson({ ...row, accountId: 'w-1' }));
      assert.equal(result.outcome, 'applied');
      assert.deepEqual(result.counts, { created: 0, changed: 0, closed: 0, associationsAdded: 0, ...counts });
      assert.deepEqual(await place.content(), [{ ...maria, ...expected }]);
    });
  }

  test('an account that was closed already is not counted as closed by the file', async (t) => {
    const place = await newPlace(t);
    await place.fill([{ accountId: 'w-1', status: 'closed' }]);
    const { counts } = await importText(place, 'accountId,status\nw-1,closed-fraud\nw-2,closed\n');
    assert.deepEqual(counts, { created: 1, changed: 1, closed: 0, associationsAdded: 0 });
  });

  test('an empty number or language takes the value away, in CSV and as null in NDJSON', async (t) => {
    for (const text of [
      'accountId,phoneNumber,language\nw-1,,',
      ndjson({ accountId: 'w-1', phoneNumber: null, language: null }),
    ]) {
      const place = await newPlace(t);
      await place.fill([maria]);
      await importText(place, text);
      assert.deepEqual(await place.content(), [
        { accountId: 'w-1', status: 'active', associationIds: ['as-1'] },
      ]);
    }
  });

  for (const [what, rows, told] of [
    [
      'an account twice',
      [{ accountId: 'w-2', status: 'active' }, { accountId: 'w-3', status: 'active' }, { accountId: 'w-2' }],
      ['3 accountId was given on line 1 already'],
    ],
    [
      '[FLOW-4] an association id for two accounts',
      [
        { accountId: 'w-2', status: 'active', associationIds: ['as-9'] },
        { accountId: 'w-3', status: 'active', associationIds: ['as-8', 'as-9'] },
      ],
      ['2 associationIds holds one that was given to the account of line 1'],
    ],
    [
      '[FLOW-1, FLOW-4] an association id of another account',
      [{ accountId: 'w-2', status: 'active', associationIds: ['as-1'] }],
      ['1 associationIds holds one that belongs to another account'],
    ],
    [
      'a new account without status',
      [{ accountId: 'w-1' }, { accountId: 'w-2' }],
      ['2 status is needed for an account that the directory does not have yet'],
    ],
    [
      '[OQ-29] the number of an active account of the directory',
      [{ accountId: 'w-2', status: 'active', phoneNumber: '+14035550101' }],
      [
        '1 phoneNumber belongs to another active account too: at most one active account may have a number, unless exactly one of them is preferred',
      ],
    ],
    [
      '[OQ-29] one number for two active accounts',
      [
        { accountId: 'w-2', status: 'active', phoneNumber: '+12' },
        { accountId: 'w-3', status: 'active', phoneNumber: '+12' },
      ],
      [
        '1 phoneNumber belongs to the active account of line 2 too: at most one active account may have a number, unless exactly one of them is preferred',
        '2 phoneNumber belongs to the active account of line 1 too: at most one active account may have a number, unless exactly one of them is preferred',
      ],
    ],
  ] as const) {
    test(`${what} is refused by its line, and nothing is applied`, async (t) => {
      const place = await newPlace(t);
      await place.fill([maria]);
      for (const dryRun of [false, true]) {
        const result = await importText(place, ndjson(...rows), { dryRun });
        assert.deepEqual(
          [result.outcome, result.problems, result.counts],
          ['refused', told.length, undefined],
        );
        assert.deepEqual(result.told, told);
      }
      assert.deepEqual(await place.content(), [maria]);
      assert.deepEqual(place.leftovers(), []);
    });
  }

  test('[OQ-29] an account that becomes active again, with a number that is taken, is refused', async (t) => {
    const place = await newPlace(t);
    await place.fill([maria, { ...maria, accountId: 'w-2', status: 'closed', associationIds: [] }]);
    const result = await importText(place, 'accountId,status\nw-2,active\n');
    assert.deepEqual(result.told, [
      '2 phoneNumber belongs to another active account too: at most one active account may have a number, unless exactly one of them is preferred',
    ]);
  });

  test('[OQ-29] two accounts may change numbers with each other, and a closed one may keep its own', async (t) => {
    const place = await newPlace(t);
    await place.fill([
      maria,
      { accountId: 'w-2', phoneNumber: '+12' },
      { accountId: 'w-3', status: 'closed', phoneNumber: '+12' },
    ]);
    const text = 'accountId,phoneNumber\nw-1,+12\nw-2,+14035550101\n';
    assert.equal((await importText(place, text)).counts?.changed, 2);
    assert.deepEqual(
      (await place.content()).map(({ phoneNumber }) => phoneNumber),
      ['+12', '+14035550101', '+12'],
    );
  });

  test('accounts that share a number are not compared each with each', { timeout: 20_000 }, async (t) => {
    const place = await newPlace(t);
    const rows = Array.from({ length: 20_000 }, (_, index) => `w-${index},active,+14035550101`);
    const result = await importText(place, `accountId,status,phoneNumber\n${rows.join('\n')}`);
    assert.equal(result.problems, 20_000);
  });

  test('an id may be as long as the longest, in any script', async (t) => {
    const place = await newPlace(t);
    const text = Array.from({ length: 1024 }, (_, index) =>
      String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
    );
    const [accountId, associationId] = [text.slice(0, 256).join(''), text.join('')];
    const account = { accountId, status: 'active', associationIds: [associationId] } as const;
    for (const _ of ['first', 'again'])
      assert.equal((await importText(place, ndjson(account))).outcome, 'applied');
    assert.deepEqual(await place.content(), [account]);
    const { directory } = await row.open(place.terms, 'serve', createSystemClock());
    t.after(() => directory.close());
    assert.equal(
      (await directory.findByAssociationId(associationId, deadlineIn(2000)))?.accountId,
      accountId,
    );
  });

  test('a wrong header is refused, with nothing else read', async (t) => {
    const place = await newPlace(t);
    const result = await importText(place, 'id,status\nw-1,active\n');
    assert.deepEqual([result.outcome, result.problems, result.rows], ['refused', 1, 0]);
  });

  test('a dry run tells what would be done and does nothing', async (t) => {
    const place = await newPlace(t);
    await place.fill([maria]);
    const text = 'accountId,status\nw-1,closed\nw-2,active\n';
    const tried = await importText(place, text, { dryRun: true });
    assert.equal(tried.outcome, 'tried');
    assert.deepEqual(await place.content(), [maria]);
    const applied = await importText(place, text);
    assert.deepEqual(applied.counts, tried.counts);
  });

  test('a running server answers throughout, from the old state until the whole file is in', async (t) => {
    const place = await newPlace(t);
    await place.fill([maria]);
    const { directory } = await row.open(place.terms, 'serve', createSystemClock());
    t.after(() => directory.close());
    const rows = Array.from({ length: 9000 }, (_, index) => `w-${index},closed,as-${index}`);
    const statuses = () =>
      Promise.all(
        ['as-1', 'as-8999'].map(
          async (id) => (await directory.findByAssociationId(id, deadlineIn(2000)))?.status,
        ),
      );
    let seen: unknown;
    const target = await place.openTarget();
    const watched: ImportTarget = {
      ...target,
      transaction: (run) =>
        target.transaction(async (accounts) => {
          const outcome = await run(accounts);
          seen = await statuses();
          return outcome;
        }),
    };
    const text = `accountId,status,associationIds\n${rows.join('\n')}\n`;
    assert.equal((await importText({ openTarget: async () => watched }, text)).outcome, 'applied');
    assert.deepEqual(seen, ['active', undefined]);
    assert.deepEqual(await statuses(), ['closed', 'closed']);
  });

  test('stopped at any moment before the end, it leaves nothing applied and no file behind', async (t) => {
    const rows = Array.from({ length: 9000 }, (_, index) => `w-${index},closed,as-${index}`);
    const text = `accountId,status,associationIds\n${rows.join('\n')}\n`;
    let moments = 0;
    const onAnyProgress = () => {
      moments += 1;
    };
    await importText(await newPlace(t), text, { onProgress: onAnyProgress });
    assert.ok(moments > 8);
    for (let moment = 1; moment < moments; moment += 1) {
      const place = await newPlace(t);
      await place.fill([maria]);
      const stop = new AbortController();
      let seen = 0;
      const onProgress = () => {
        seen += 1;
        if (seen === moment) stop.abort(new Error('stopped'));
      };
      await assert.rejects(importText(place, text, { signal: stop.signal, onProgress }), /^Error: stopped$/);
      assert.deepEqual(await place.content(), [maria]);
      assert.deepEqual(place.leftovers(), []);
    }
  });

  test('what can not be read or written is UnavailableError, and nothing is applied', async (t) => {
    const place = await newPlace(t);
    await place.fill([maria]);
    await assert.rejects(importText(place, '', { source: '/nowhere/accounts.csv' }), UnavailableError);
    await assert.rejects(importText(place, '', { source: '/dev/zero' }), /\/dev\/zero is a device; accepted/);
    await assert.rejects(
      importText(
        { openTarget: () => row.accounts.importTarget({ ...place.terms, environment: 'production' }) },
        ndjson({ accountId: 'w-1' }),
      ),
      UnavailableError,
    );
    const twoWrites = ndjson({ accountId: 'w-1', status: 'closed', associationIds: ['as-2'] });
    await place.whileFull(() => assert.rejects(importText(place, twoWrites), UnavailableError));
    assert.deepEqual(await place.content(), [maria]);
    assert.deepEqual(place.leftovers(), []);
  });
});
