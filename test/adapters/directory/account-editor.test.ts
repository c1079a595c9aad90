import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createSystemClock } from '../../../src/adapters/system/system-clock.ts';
import { deadlineIn } from '../../contracts/directory/directory-factory.ts';
import { describeKeepers } from './directory-kinds.ts';

const phoneNumber = '+14035550101';
const accounts = [
  { accountId: 'w-1', phoneNumber, language: 'pt-BR', associationIds: ['as-1', 'as-2'] },
  { accountId: 'w-2', status: 'closed', phoneNumber, associationIds: ['as-3'] },
  { accountId: 'w-3', status: 'not-eligible' },
] as const;

describeKeepers('the account editor of a directory', (newPlace, row) => {
  async function editorOf(t: TestContext) {
    const place = await newPlace(t);
    await place.fill(accounts);
    const editor = await row.accounts.edit(place.terms);
    t.after(() => editor.close());
    return { place, editor };
  }

  test('accounts are found by each of their keys, with their association ids', async (t) => {
    const { editor } = await editorOf(t);
    const [byId] = await editor.find('accountId', 'w-1');
    assert.deepEqual(byId?.associationIds, ['as-1', 'as-2']);
    assert.equal(byId.phoneNumber?.reveal(), phoneNumber);
    assert.equal(byId.language, 'pt-BR');
    assert.deepEqual(
      (await editor.find('phoneNumber', phoneNumber)).map(({ accountId }) => accountId),
      ['w-1', 'w-2'],
    );
    assert.deepEqual(
      (await editor.find('associationId', 'as-3')).map(({ accountId }) => accountId),
      ['w-2'],
    );
    for (const key of ['accountId', 'phoneNumber', 'associationId'] as const)
      assert.deepEqual(await editor.find(key, 'x'), []);
  });

  test('accounts of every status are counted', async (t) => {
    assert.equal(await (await editorOf(t)).editor.count(), 3);
  });

  test('[FLOW-1, FLOW-4] an association id is given once, to one account; a server sees it at once', async (t) => {
    const { place, editor } = await editorOf(t);
    const { directory } = await row.open(place.terms, 'serve', createSystemClock());
    t.after(() => directory.close());
    assert.equal(await editor.associate('w-3', 'as-9'), 'associated');
    assert.equal(await editor.associate('w-3', 'as-9'), 'associated');
    assert.equal((await directory.findByAssociationId('as-9', deadlineIn(2000)))?.accountId, 'w-3');
    assert.equal(await editor.associate('w-1', 'as-9'), 'taken');
    assert.equal(await editor.associate('w-4', 'as-10'), 'unknown-account');
    assert.equal(await editor.associate('w-1', 'as 10 '), 'malformed');
    assert.deepEqual(
      (await place.content()).flatMap(({ associationIds }) => associationIds),
      ['as-1', 'as-2', 'as-3', 'as-9'],
    );
  });

  test('[OQ-29] a status is set, unless a second active account would have the number', async (t) => {
    const { place, editor } = await editorOf(t);
    assert.equal(await editor.setStatus('w-9', 'active'), 'unknown-account');
    assert.equal(await editor.setStatus('w-2', 'active'), 'number-taken');
    assert.equal(await editor.setStatus('w-2', 'closed-fraud'), 'set');
    assert.equal(await editor.setStatus('w-1', 'active'), 'set');
    assert.equal(await editor.setStatus('w-1', 'closed-fraud'), 'set');
    assert.equal(await editor.setStatus('w-2', 'active'), 'set');
    assert.equal(await editor.setStatus('w-3', 'active'), 'set');
    assert.deepEqual(
      (await place.content()).map(({ status }) => status),
      ['closed-fraud', 'active', 'active'],
    );
  });

  test('a directory that is not there is not made', async (t) => {
    const place = await newPlace(t);
    for (const _ of ['once', 'twice'])
      await assert.rejects(row.accounts.edit(place.terms), {
        name: 'UnavailableError',
        message: /yet: 'gsp-otp accounts import' makes/,
      });
  });

  test('an error of the database is UnavailableError, and the next step goes on', async (t) => {
    const { place, editor } = await editorOf(t);
    await place.whileFull(() =>
      assert.rejects(editor.setStatus('w-1', 'closed'), { name: 'UnavailableError' }),
    );
    assert.equal(await editor.setStatus('w-1', 'closed'), 'set');
  });

  test('[OQ-97] an account is deleted with its association ids, which then name nobody', async (t) => {
    const { place, editor } = await editorOf(t);
    const { directory } = await row.open(place.terms, 'serve', createSystemClock());
    t.after(() => directory.close());
    assert.equal(await editor.delete('w-9'), 'unknown-account');
    assert.equal(await editor.delete('w-1'), 'deleted');
    assert.equal(await editor.delete('w-1'), 'unknown-account');
    assert.deepEqual(
      (await place.content()).map(({ accountId, associationIds }) => [accountId, associationIds]),
      [
        ['w-2', ['as-3']],
        ['w-3', []],
      ],
    );
    assert.equal(await directory.findByAssociationId('as-1', deadlineIn(2000)), undefined);
    assert.equal(await editor.associate('w-3', 'as-1'), 'associated');
  });

  test('accounts are told some at a time, each once, with or without their association ids', async (t) => {
    const place = await newPlace(t);
    const many = Array.from({ length: 5003 }, (_, at) => ({
      accountId: `m-${at}`,
      associationIds: at % 1000 === 2 ? [`as-${at}`, `at-${at}`] : [],
    }));
    await place.fill(many);
    const editor = await row.accounts.edit(place.terms);
    t.after(() => editor.close());
    const first = await editor.page(0, { associated: true });
    assert.equal(first.accounts.length, 5000);
    const second = await editor.page(first.last ?? 0, { associated: true });
    const told = [...first.accounts, ...second.accounts];
    assert.deepEqual(
      told.map(({ accountId, associationIds }) => ({ accountId, associationIds: associationIds.toSorted() })),
      many,
    );
    assert.deepEqual(await editor.page(second.last ?? 0, { associated: true }), {
      ...{ accounts: [], last: undefined },
    });
    const plain = await editor.page(first.last ?? 0, { associated: false });
    assert.deepEqual(
      plain.accounts.map(({ associationIds }) => associationIds),
      [[], [], []],
    );
  });
});
