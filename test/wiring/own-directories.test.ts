import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '../../src/ports/account-directory.ts';
import { Secret } from '../../src/ports/secret.ts';
import { startApplication } from '../support/test-application.ts';

const number = '+14035550123';
const smsMatchingToken = 'AB12345678C';
const account: Account = {
  accountId: 'account-17',
  status: 'active',
  phoneNumber: new Secret(number),
  language: undefined,
};

for (const [what, found, told] of [
  [
    'a status in capitals',
    { ...account, status: 'ACTIVE' },
    'a wrong status; accepted: active, not-eligible',
  ],
  ['no status', { ...account, status: undefined }, 'a wrong status; accepted'],
  ['an empty id', { ...account, accountId: '' }, 'a wrong accountId'],
  ['an id that is a number', { ...account, accountId: 14035550123 }, 'a wrong accountId'],
  [
    'a number that is no Secret',
    { ...account, phoneNumber: number },
    'a wrong phoneNumber; accepted: a Secret',
  ],
  ['a number that is null', { ...account, phoneNumber: null }, 'a wrong phoneNumber'],
  ['a language that is none', { ...account, language: 7 }, 'a wrong language'],
  ['a preference in words', { ...account, preferred: 'false' }, 'a wrong preferred'],
  ['a revision in words', { ...account, revision: '3' }, 'a wrong revision'],
  ['null', null, 'no account'],
] as const) {
  test(`[SO-11] a directory of one's own that returns ${what} is 503, and the log tells why`, async (t) => {
    const log: string[] = [];
    const given = found as unknown as Account;
    const directory = {
      findByAssociationId: async () => given,
      findByAccountId: async () => given,
      findByPhoneNumber: async () => [given],
      check: async () => undefined,
      close: async () => undefined,
    };
    const app = await startApplication({
      settings: { 'log.level': 'info' },
      overrides: { directory, logDestination: { write: (line: string) => void log.push(line) } },
    });
    t.after(() => app.stop());
    for (const named of [{ accountPhoneNumber: number }, { associationId: 'association-1' }]) {
      const { status } = await app.call('sendOtp', 'own-1', { ...named, smsMatchingToken });
      assert.equal(status, 503);
      const line = log.findLast((one) => one.includes('"requestId":"own-1"')) ?? '';
      assert.ok(line.includes(`the account directory returned `) && line.includes(told), line);
      assert.doesNotMatch(line, /4035550123/);
    }
  });
}

test("[SO-11] a directory of one's own that returns no list is 503", async (t) => {
  const directory = {
    findByAssociationId: async () => undefined,
    findByAccountId: async () => undefined,
    findByPhoneNumber: async () => account as unknown as readonly Account[],
    check: async () => undefined,
    close: async () => undefined,
  };
  const app = await startApplication({ overrides: { directory } });
  t.after(() => app.stop());
  const { status } = await app.call('sendOtp', 'own-1', { accountPhoneNumber: number, smsMatchingToken });
  assert.equal(status, 503);
});
