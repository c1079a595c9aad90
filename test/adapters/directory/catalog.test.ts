import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSystemClock } from '../../../src/adapters/system/system-clock.ts';
import { accountDirectoryContract } from '../../contracts/directory/account-directory.ts';
import { deadlineIn } from '../../contracts/directory/directory-factory.ts';
import { describeKeepers, kindsUnderTest } from './directory-kinds.ts';

const soon = deadlineIn(2000);
const unavailable = { name: 'UnavailableError' };
const maria = { accountId: 'w-1', phoneNumber: '+14035550101', associationIds: ['as-1'] };

for (const { row, newPlace } of kindsUnderTest) {
  accountDirectoryContract(`a directory of kind ${row.kind}`, async (accounts, t) => {
    const { terms, fill } = await newPlace(t);
    await fill(accounts);
    const { directory } = await row.open(terms, 'serve', createSystemClock());
    t.after(() => directory.close());
    return directory;
  });

  describe(`a directory of kind ${row.kind} as a row of the catalog`, () => {
    test('it is read beside the server', async (t) => {
      const { terms, fill } = await newPlace(t);
      await fill([maria]);
      for (const access of ['serve', 'read'] as const) {
        const { directory, fault } = await row.open(terms, access, createSystemClock());
        t.after(() => directory.close());
        assert.equal((await directory.findByAssociationId('as-1', soon))?.accountId, 'w-1');
        assert.equal(fault?.(), undefined);
      }
    });

    test('where it is, is told without opening it', async (t) => {
      assert.notEqual(row.where((await newPlace(t)).terms), '');
    });
  });
}

describeKeepers('the accounts of a directory', (newPlace, row) => {
  test('[SO-11] one that is missing is missed by who goes on with it, and made where that is meant', async (t) => {
    const terms = { ...(await newPlace(t)).terms, environment: 'production' } as const;
    for (const access of ['serve', 'read'] as const)
      await assert.rejects(row.open(terms, access, createSystemClock()), unavailable);
    await assert.rejects(row.accounts.inspect(terms, 'serve'), unavailable);
    await assert.rejects(row.accounts.edit(terms), unavailable);
    const { fromVersion, toVersion } = await row.accounts.inspect(terms, 'make');
    assert.equal(fromVersion, 0);
    await (await row.open(terms, 'make', createSystemClock())).directory.close();
    assert.deepEqual(await row.accounts.inspect(terms, 'serve'), { fromVersion: toVersion, toVersion });
  });

  test('a change is seen by a server at once', async (t) => {
    const { terms, fill } = await newPlace(t);
    await fill([maria]);
    const { directory } = await row.open(terms, 'serve', createSystemClock());
    const editor = await row.accounts.edit(terms);
    t.after(() => Promise.all([directory.close(), editor.close()]));
    assert.equal(await editor.count(), 1);
    assert.equal(await editor.associate('w-1', 'as-2'), 'associated');
    assert.equal((await directory.findByAssociationId('as-2', soon))?.accountId, 'w-1');
  });

  test('[ENV-1] the other environment is refused', async (t) => {
    const place = await newPlace(t);
    await place.fill([maria]);
    const terms = { ...place.terms, environment: 'production' } as const;
    await assert.rejects(row.open(terms, 'serve', createSystemClock()), unavailable);
    await assert.rejects(row.accounts.edit(terms), unavailable);
    await assert.rejects(row.accounts.importTarget(terms), unavailable);
  });
});
