import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { type DirectoryFactory, deadlineIn, type KnownAccount } from './directory-factory.ts';

const soon = deadlineIn(2000);
const attempt = 'associate-1';

const accounts: readonly KnownAccount[] = [
  { accountId: 'wallet-1', associationIds: ['as-1'] },
  { accountId: 'wallet-2', status: 'closed' },
];

/** What a directory must do that keeps associations itself; one that doesn't is passed over. */
export function keepsAssociations(open: DirectoryFactory): void {
  async function opened(t: TestContext) {
    const directory = await open(accounts, t);
    const { associations } = directory;
    if (associations === undefined) t.skip('it keeps no associations');
    const ownerOf = async (id: string) => (await directory.findByAssociationId(id, soon))?.accountId;
    return { directory, associations, ownerOf };
  }

  test('[FLOW-1, FLOW-2] an association that is written is found at once, and writing it again changes nothing', async (t) => {
    const { associations, ownerOf } = await opened(t);
    if (associations === undefined) return;
    for (const associationId of ['as-2', 'é🙂', '__proto__', 'as-2']) {
      const association = { accountId: 'wallet-1', associationId, attempt };
      assert.equal(await associations.associate(association, soon), 'associated');
      assert.equal(await ownerOf(associationId), 'wallet-1');
    }
    assert.equal(await ownerOf('as-1'), 'wallet-1');
  });

  test('[FLOW-4] an association id is never moved, given to nobody, or made of what nobody sees', async (t) => {
    const { associations, ownerOf } = await opened(t);
    if (associations === undefined) return;
    const outcomeOf = (accountId: string, associationId: string) =>
      associations.associate({ accountId, associationId, attempt }, soon);
    assert.equal(await outcomeOf('wallet-2', 'as-1'), 'taken');
    assert.equal(await ownerOf('as-1'), 'wallet-1');
    assert.equal(await outcomeOf('wallet-9', 'as-2'), 'unknown-account');
    for (const id of ['', ' as-2', 'as\u200B', 'as\0', '\uD83D', 'x'.repeat(1025)])
      assert.equal(await outcomeOf('wallet-1', id), 'malformed');
    assert.equal(await ownerOf('as-2'), undefined);
  });

  test('an association that is taken away names nobody, and may be taken away again', async (t) => {
    const { associations, ownerOf } = await opened(t);
    if (associations === undefined) return;
    assert.equal(await associations.dissociate('as-1', soon), 'dissociated');
    assert.equal(await ownerOf('as-1'), undefined);
    for (const id of ['as-1', 'AS-1', '', '\uD83D', 'x'.repeat(100_000)])
      assert.equal(await associations.dissociate(id, soon), 'unknown-association');
    const association = { accountId: 'wallet-2', associationId: 'as-1', attempt };
    assert.equal(await associations.associate(association, soon), 'associated');
    assert.equal(await ownerOf('as-1'), 'wallet-2');
  });

  test('[OPS-2] asked after the deadline or when it is closed, it writes no association', async (t) => {
    const { directory, associations, ownerOf } = await opened(t);
    if (associations === undefined) return;
    const association = { accountId: 'wallet-1', associationId: 'as-2', attempt };
    const past = deadlineIn(0);
    await assert.rejects(associations.associate(association, past), UnavailableError);
    await assert.rejects(associations.dissociate('as-1', past), UnavailableError);
    assert.deepEqual([await ownerOf('as-1'), await ownerOf('as-2')], ['wallet-1', undefined]);
    await directory.close();
    await assert.rejects(associations.associate(association, soon), UnavailableError);
    await assert.rejects(associations.dissociate('as-1', soon), UnavailableError);
  });
}
