import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { openDirectory } from '../../../../src/adapters/directory/ldap/ldap-directory.ts';
import type { LdapDirectorySettings } from '../../../../src/adapters/directory/ldap/settings.ts';
import type { AccountDirectory } from '../../../../src/ports/account-directory.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { accountDirectoryContract } from '../../../contracts/directory/account-directory.ts';
import { deadlineIn } from '../../../contracts/directory/directory-factory.ts';
import { startSlapd } from '../../../support/slapd.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';
import { newBranch } from './directory-under-test.ts';

const soon = deadlineIn(3000);
const NUMBER = '+14035550101';

const server = await startSlapd();
after(() => server.stop());

function opened(settings: LdapDirectorySettings, t: TestContext): AccountDirectory {
  const { directory } = openDirectory(settings);
  t.after(() => directory.close());
  return directory;
}

accountDirectoryContract('slapd', async (accounts, t) => {
  const branch = await newBranch(server);
  await branch.fill(accounts);
  return opened(branch.settings, t);
});

describe('an LDAP directory', () => {
  async function filled(t: TestContext) {
    const branch = await newBranch(server);
    await branch.fill([{ accountId: 'w1', phoneNumber: NUMBER, associationIds: ['as-1'] }]);
    return { branch, directory: opened(branch.settings, t) };
  }
  const byNumber = (directory: AccountDirectory, number = NUMBER) =>
    directory.findByPhoneNumber(new Secret(number), soon);
  async function failure(asked: Promise<unknown>): Promise<string> {
    const error = await asked.then(
      () => assert.fail('it was answered'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UnavailableError, String(error));
    assert.doesNotMatch(error.message, /5550101|as-1/);
    return error.message;
  }

  test('what is asked for is a value, never a part of the filter', async (t) => {
    const { directory } = await filled(t);
    for (const value of [
      '*',
      'w*',
      'w1)(uid=*',
      '*)(objectClass=*',
      '\\2a',
      '(|(uid=*))',
      'x'.repeat(50_000),
    ]) {
      assert.equal(await directory.findByAccountId(value, soon), undefined);
      assert.equal(await directory.findByAssociationId(value, soon), undefined);
      assert.deepEqual(await byNumber(directory, value), []);
    }
    assert.equal((await byNumber(directory)).length, 1);
  });

  test('a number is found however it is written there, and by each of several', async (t) => {
    const { branch, directory } = await filled(t);
    await branch.add('w2', {
      accountState: 'open',
      mobile: ['+1 403 555-0102', '+14035550103'],
      associationId: 'as-2',
    });
    for (const number of ['+14035550102', '+14035550103']) {
      const [account] = await byNumber(directory, number);
      assert.equal(account?.accountId, 'w2');
      assert.equal(account.phoneNumber?.reveal(), number);
    }
    // Which of them gets the text, nobody can tell.
    assert.match(await failure(directory.findByAssociationId('as-2', soon)), /several values of mobile/);
  });

  test('entries that make no sense are no answer, and only accounts are found [SO-11]', async (t) => {
    const { branch, directory } = await filled(t);
    await branch.add('w3', { mobile: '+14035550104' });
    await branch.add('w4', { mobile: '+14035550105', accountState: 'dormant' });
    await branch.add('w5', { mobile: '0403', accountState: 'open' });
    for (const number of ['+14035550104', '+14035550105'])
      assert.match(await failure(byNumber(directory, number)), /told a status that makes no sense/);
    assert.match(
      await failure(directory.findByAccountId('w5', soon)),
      /told a phoneNumber that makes no sense/,
    );
    const others = opened({ ...branch.settings, filter: '(objectClass=person)' }, t);
    assert.deepEqual(await byNumber(others), []);
  });

  test('more entries than anybody has of a number are no answer', async (t) => {
    const { branch, directory } = await filled(t);
    const accounts = Array.from({ length: 101 }, (_, n) => ({
      accountId: `m${n}`,
      phoneNumber: '+14035550110',
    }));
    await branch.fill(accounts);
    assert.match(await failure(byNumber(directory, '+14035550110')), /more than 100 entries/);
  });

  test('a wrong password, base or server is told, without a value', async (t) => {
    const { branch } = await filled(t);
    for (const [more, told] of [
      [{ bindPassword: new Secret('wrong') }, /refuses bindDn with its bindPassword/],
      [{ baseDn: 'dc=nowhere' }, /NoSuchObject/],
      [{ url: 'ldap://127.0.0.1:1' }, /failed: /],
      [{ startTls: true }, /failed: /],
    ] as const) {
      const directory = opened({ ...branch.settings, ...more }, t);
      assert.match(await failure(directory.check(soon)), told);
    }
  });

  test('a broken connection is made anew, and a silent server ends with the deadline', async (t) => {
    const { branch } = await filled(t);
    const proxy = await TcpProxy.to(server.port);
    t.after(() => proxy.close());
    const directory = opened(
      { ...branch.settings, url: `ldap://127.0.0.1:${proxy.port}`, timeoutMs: 400 },
      t,
    );
    assert.equal((await byNumber(directory)).length, 1);
    proxy.cut();
    assert.equal((await byNumber(directory)).length, 1);
    proxy.fallSilent('there', 'back');
    await failure(byNumber(directory));
    proxy.speak();
    proxy.cut();
    assert.equal((await byNumber(directory)).length, 1);
    await server.shutDown();
    await failure(byNumber(directory));
    await server.start();
    assert.equal((await byNumber(directory)).length, 1);
  });
});
