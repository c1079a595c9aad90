import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editorStatements } from '../../../../src/adapters/directory/postgres/account-editor.ts';
import { importStatements } from '../../../../src/adapters/directory/postgres/import-statements.ts';
import { lookUpStatements } from '../../../../src/adapters/directory/postgres/look-ups.ts';
import { connectTo } from '../../../../src/adapters/postgres/connect.ts';
import { newPostgresPlace } from './directory-under-test.ts';

const ACCOUNTS = 100_000;

/** Values of the statements that a request or a row of an import waits for. */
function statementsWithValues(
  schema: string,
): readonly (readonly [name: string, text: string, values: readonly unknown[]])[] {
  const lookUps = lookUpStatements(schema);
  const editor = editorStatements(schema);
  const imports = importStatements(schema);
  const keys = JSON.stringify([{ n: 0, key: 'as-7' }]);
  const accounts = Array.from({ length: 4000 }, (_, line) => ({
    account_id: `w-${line}`,
    line,
    status: 'active',
  }));
  const associations = accounts.map(({ account_id, line }) => ({
    account_id,
    line,
    association_id: `as-${line}`,
  }));
  return [
    ['a look-up by association id', lookUps.byAssociationId, [keys]],
    ['a look-up by account id', lookUps.byAccountId, [keys]],
    ['a look-up by phone number', lookUps.byPhoneNumber, [keys]],
    ['the owner of an association id', editor.ownerOf, ['as-7']],
    ['another active account', editor.otherActive, ['w-7']],
    ['a new status', editor.setStatus, ['w-7', 'closed']],
    ['an association that is taken away', editor.dissociate, ['as-7']],
    ['an association', editor.associate, ['w-7', 'as-new']],
    ['accounts of an import', imports.putAccounts, [JSON.stringify(accounts)]],
    ['associations of an import', imports.putAssociations, [JSON.stringify(associations)]],
    ['numbers of an import', imports.sharedNumbers, [JSON.stringify(accounts)]],
  ];
}

test('what requests and imports wait for goes through indexes, before and after statistics were gathered', async (t) => {
  const { fill, connection } = await newPostgresPlace(t);
  await fill([]);
  const { schema } = connection;
  const database = connectTo(connection, { statementMs: 60_000 });
  t.after(() => database.close());
  await database.write(`
    INSERT INTO ${schema}.account (account_id, status, phone_number)
    SELECT 'w-' || n, 'active', '+1403' || 1000000 + n FROM generate_series(1, ${ACCOUNTS}) AS n`);
  await database.write(`
    INSERT INTO ${schema}.association
    SELECT sha256(convert_to('as-' || account_row, 'UTF8')), 'as-' || account_row, account_row FROM ${schema}.account`);
  for (const analyze of ['', `ANALYZE ${schema}.account, ${schema}.association`]) {
    if (analyze !== '') await database.write(analyze);
    for (const [name, text, values] of statementsWithValues(schema)) {
      const plan = await database.read(`EXPLAIN ${text}`, values);
      const steps = plan.map((row) => String(row['QUERY PLAN']));
      assert.deepEqual(
        steps.filter((step) => step.includes('Seq Scan')),
        [],
        `${name}\n${steps.join('\n')}`,
      );
    }
  }
});
