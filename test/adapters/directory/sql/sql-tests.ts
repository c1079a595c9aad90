import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { SqlDirectorySettings } from '../../../../src/adapters/directory/sql/settings.ts';
import { openDirectory } from '../../../../src/adapters/directory/sql/sql-directory.ts';
import type { AccountDirectory } from '../../../../src/ports/account-directory.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { accountDirectoryContract } from '../../../contracts/directory/account-directory.ts';
import { deadlineIn, type KnownAccount } from '../../../contracts/directory/directory-factory.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';
import type { BankTables } from './directory-under-test.ts';

const soon = deadlineIn(3000);
const NUMBER = '+14035550101';
const maria: KnownAccount = { accountId: '4711', phoneNumber: NUMBER, associationIds: ['as-1'] };

/** What is asked of a directory in somebody's tables, whichever engine has them. */
export function sqlTests(engine: string, newTables: () => Promise<BankTables>): void {
  const opened = async (settings: SqlDirectorySettings, t: TestContext): Promise<AccountDirectory> => {
    const { directory } = await openDirectory(settings);
    t.after(() => directory.close());
    return directory;
  };
  const filled = async (t: TestContext, more: Partial<SqlDirectorySettings> = {}) => {
    const tables = await newTables();
    await tables.fill([maria]);
    return { tables, directory: await opened({ ...tables.settings, ...more }, t) };
  };
  const byNumber = (directory: AccountDirectory, number = NUMBER) =>
    directory.findByPhoneNumber(new Secret(number), soon);
  /** Its whole text, with what caused it. */
  const failure = async (asked: Promise<unknown>): Promise<string> => {
    const error = await asked.then(
      () => assert.fail('it was answered'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UnavailableError, String(error));
    assert.doesNotMatch(error.message, /5550101/);
    return error.message;
  };

  accountDirectoryContract(`tables on ${engine}`, async (accounts, t) => {
    const tables = await newTables();
    await tables.fill(accounts);
    return opened(tables.settings, t);
  });

  describe(`tables on ${engine}`, () => {
    test('their own words for states are translated, and others are never guessed [SO-11]', async (t) => {
      const { tables, directory } = await filled(t);
      assert.equal((await byNumber(directory))[0]?.status, 'active');
      await tables.run("UPDATE CUSTOMER SET state = '8'");
      assert.equal((await byNumber(directory))[0]?.status, 'closed');
      for (const state of ['9', 'ACTIVE', 'toString', '']) {
        await tables.run(`UPDATE CUSTOMER SET state = '${state}'`);
        assert.match(await failure(byNumber(directory)), /told a status that makes no sense/);
      }
    });

    test('rows that make no sense are no answer', async (t) => {
      const { tables, directory } = await filled(t);
      for (const [change, field] of [
        ["lang = 'pt_BR!'", 'language'],
        ['main = 7', 'preferred'],
        ["id = ''", 'accountId'],
      ] as const) {
        await tables.run(`UPDATE CUSTOMER SET ${change}`);
        assert.match(await failure(byNumber(directory)), new RegExp(`told a ${field} that makes no sense`));
        await tables.run("UPDATE CUSTOMER SET lang = NULL, main = NULL, id = '4711'");
      }
      await tables.run("UPDATE CUSTOMER SET msisdn = '0403 5550101'");
      assert.match(await failure(directory.findByAccountId('4711', soon)), /told a phoneNumber/);
    });

    test('what is asked for is never part of a statement', async (t) => {
      const { directory } = await filled(t);
      for (const value of [
        "' OR '1' = '1",
        `4711'; DROP TABLE customer; --`,
        '%',
        '*',
        '\\',
        '"',
        'x'.repeat(100_000),
      ]) {
        assert.equal(await directory.findByAccountId(value, soon), undefined);
        assert.equal(await directory.findByAssociationId(value, soon), undefined);
        assert.deepEqual(await byNumber(directory, value), []);
      }
      assert.equal((await byNumber(directory)).length, 1);
    });

    test('a column that is missing is told at the first question, whoever is asked for', async (t) => {
      const { tables } = await filled(t);
      for (const column of ['account_id', 'status', 'phone_number']) {
        const renamed = tables.settings.byPhoneNumber.replace(`AS ${column}`, 'AS other');
        const directory = await opened({ ...tables.settings, byPhoneNumber: renamed }, t);
        assert.match(await failure(directory.check(soon)), new RegExp(column));
      }
      const { byAssociationId = '' } = tables.settings;
      const nameless = { byAssociationId: byAssociationId.replace('AS association_id', 'AS other') };
      const directory = await opened({ ...tables.settings, ...nameless }, t);
      assert.match(await failure(directory.check(soon)), /association_id/);
    });

    test('nothing can be written', async (t) => {
      const { tables } = await filled(t);
      await tables.run('CREATE SEQUENCE CUSTOMER_numbers');
      const next = engine === 'PostgreSQL' ? "nextval('CUSTOMER_numbers')" : 'nextval(CUSTOMER_numbers)';
      const customer = /FROM (\S+) c/.exec(tables.settings.byPhoneNumber)?.[1] ?? '';
      const writing = tables.settings.byPhoneNumber.replace(
        'c.lang AS',
        `${next.replace('CUSTOMER', customer)} AS n, c.lang AS`,
      );
      const directory = await opened({ ...tables.settings, byPhoneNumber: writing }, t);
      await failure(byNumber(directory));
      assert.equal((await directory.findByAccountId('4711', soon))?.accountId, '4711');
    });

    test('a query that takes too long is ended there too', async (t) => {
      const { tables } = await filled(t);
      const sleep = engine === 'PostgreSQL' ? 'pg_sleep(30)::text' : 'sleep(30)';
      const slow = tables.settings.byPhoneNumber.replace('c.lang AS', `${sleep} AS`);
      const directory = await opened({ ...tables.settings, timeoutMs: 300, byPhoneNumber: slow }, t);
      await failure(byNumber(directory));
      const text =
        engine === 'PostgreSQL'
          ? "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%looked_up%' AND state = 'active' AND pid <> pg_backend_pid()"
          : "SELECT count(*) AS n FROM information_schema.processlist WHERE info LIKE '%looked_up%' AND id <> connection_id()";
      const running = async () => Number(((await tables.run(text)) as { n: unknown }[])[0]?.n);
      const until = performance.now() + 60_000;
      while ((await running()) > 0) assert.ok(performance.now() < until, 'it is still at work');
      assert.equal((await directory.findByAccountId('4711', soon))?.accountId, '4711');
    });

    test('without a query by association id, no association is known', async (t) => {
      const { byAssociationId: _, ...settings } = (await filled(t)).tables.settings;
      const directory = await opened(settings, t);
      assert.equal(await directory.findByAssociationId('as-1', soon), undefined);
      await directory.check(soon);
    });

    test('a broken connection is one failure, a silent server ends with the deadline, and the next host is asked', async (t) => {
      const { tables } = await filled(t);
      const [host = ''] = tables.settings.hosts;
      const proxy = await TcpProxy.to(Number(host.split(':')[1]));
      t.after(() => proxy.close());
      const through = `127.0.0.1:${proxy.port}`;
      const directory = await opened({ ...tables.settings, hosts: [through], timeoutMs: 400 }, t);
      assert.equal((await byNumber(directory)).length, 1);
      proxy.cut();
      await byNumber(directory).catch(() => undefined);
      assert.equal((await byNumber(directory)).length, 1);
      proxy.fallSilent('there', 'back');
      await failure(byNumber(directory));
      proxy.speak();
      const first = await opened({ ...tables.settings, hosts: ['127.0.0.1:1', host] }, t);
      assert.equal((await byNumber(first)).length, 1);
    });

    test('whoever is refused is told so, without a value', async (t) => {
      const { tables } = await filled(t);
      const wrong = [{ database: 'nowhere' }, { hosts: ['127.0.0.1:1'] }];
      for (const more of wrong) {
        const directory = await opened({ ...tables.settings, ...more }, t);
        const told = await failure(byNumber(directory));
        assert.match(told, /^the account directory failed: /);
        assert.doesNotMatch(told, /store\./);
      }
    });
  });
}
