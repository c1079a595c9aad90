import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../../../src/ports/secret.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { keepsAssociations } from './association-keeper.ts';
import { type DirectoryFactory, deadlineIn, type KnownAccount } from './directory-factory.ts';

const soon = deadlineIn(2000);
const past = deadlineIn(0);

const maria: KnownAccount = {
  accountId: 'wallet-1',
  status: 'active',
  phoneNumber: '+14035550101',
  language: 'pt-BR',
  associationIds: ['as-1', 'as-2'],
};

/** What every account directory must do, whatever stands behind it. */
export function accountDirectoryContract(name: string, open: DirectoryFactory): void {
  describe(`${name} as an account directory`, () => {
    findsByAssociationId(open);
    findsByAccountId(open);
    findsByPhoneNumber(open);
    comparesExactly(open);
    keepsTheDeadline(open);
    keepsAssociations(open);
  });
}

function findsByAssociationId(open: DirectoryFactory): void {
  test('[FLOW-1, FLOW-2] each association id leads to its account, whole', async (t) => {
    const directory = await open([maria, { accountId: 'wallet-2', associationIds: ['as-3'] }], t);
    for (const associationId of ['as-1', 'as-2']) {
      const account = await directory.findByAssociationId(associationId, soon);
      assert.equal(account?.accountId, 'wallet-1');
      assert.equal(account.status, 'active');
      assert.equal(account.phoneNumber?.reveal(), '+14035550101');
      assert.equal(account.language, 'pt-BR');
    }
  });

  test('[OQ-2] an account may have neither phone number nor language', async (t) => {
    const directory = await open([{ accountId: 'wallet-1', associationIds: ['as-1'] }], t);
    const account = await directory.findByAssociationId('as-1', soon);
    assert.equal(account?.accountId, 'wallet-1');
    assert.equal(account.phoneNumber, undefined);
    assert.equal(account.language, undefined);
  });

  test('an unknown association id leads to undefined', async (t) => {
    const directory = await open([maria], t);
    assert.equal(await directory.findByAssociationId('as-9', soon), undefined);
    assert.equal(await directory.findByAssociationId('wallet-1', soon), undefined);
  });

  for (const status of ['not-eligible', 'closed', 'closed-account-taken-over', 'closed-fraud'] as const) {
    test(`[SO-10, SO-11] an account that is ${status} is told as such`, async (t) => {
      const directory = await open([{ ...maria, status }], t);
      assert.equal((await directory.findByAssociationId('as-1', soon))?.status, status);
      const [byNumber] = await directory.findByPhoneNumber(new Secret('+14035550101'), soon);
      assert.equal(byNumber?.status, status);
    });
  }

  test('[ERR-4] a phone number prints masked', async (t) => {
    const directory = await open([maria], t);
    const account = await directory.findByAssociationId('as-1', soon);
    assert.doesNotMatch(`${JSON.stringify(account)} ${inspect(account)}`, /5550101|4035550/);
  });
}

function findsByAccountId(open: DirectoryFactory): void {
  test('[FLOW-2] each account id leads to its account, whole, whatever its status', async (t) => {
    const directory = await open([maria, { accountId: 'wallet-2', status: 'closed-fraud' }], t);
    const account = await directory.findByAccountId('wallet-1', soon);
    assert.equal(account?.accountId, 'wallet-1');
    assert.equal(account.status, 'active');
    assert.equal(account.phoneNumber?.reveal(), '+14035550101');
    assert.equal(account.language, 'pt-BR');
    assert.doesNotMatch(`${JSON.stringify(account)} ${inspect(account)}`, /5550101|4035550/);
    assert.equal((await directory.findByAccountId('wallet-2', soon))?.status, 'closed-fraud');
  });

  test('account ids are compared exactly, and are neither association ids nor numbers', async (t) => {
    const directory = await open([maria, { accountId: 'é' }, { accountId: '__proto__' }], t);
    assert.equal((await directory.findByAccountId('é', soon))?.accountId, 'é');
    assert.equal((await directory.findByAccountId('__proto__', soon))?.accountId, '__proto__');
    const others = ['', ' ', 'Wallet-1', 'wallet-1 ', 'wallet-1\0', 'wallet', '%', 'e\u0301', 'as-1'];
    for (const id of [...others, '+14035550101', '\uD83D', 'constructor', 'x'.repeat(100_000)])
      assert.equal(await directory.findByAccountId(id, soon), undefined, inspect(id).slice(0, 40));
  });
}

function findsByPhoneNumber(open: DirectoryFactory): void {
  test('[OQ-29] a phone number leads to all its accounts: active, not eligible, closed', async (t) => {
    const phoneNumber = '+14035550101';
    const statuses = [
      'closed-fraud',
      'not-eligible',
      'closed',
      'active',
      'closed-account-taken-over',
    ] as const;
    const accounts = statuses.map((status) => ({ accountId: `wallet-${status}`, status, phoneNumber }));
    const directory = await open([...accounts, { accountId: 'other', phoneNumber: '+14035550102' }], t);
    const found = await directory.findByPhoneNumber(new Secret(phoneNumber), soon);
    const [first, second, ...rest] = found.map(({ status }) => status);
    assert.deepEqual([first, second], ['active', 'not-eligible']);
    assert.deepEqual(rest.sort(), ['closed', 'closed-account-taken-over', 'closed-fraud']);
    assert.deepEqual(
      new Set(found.map(({ phoneNumber: number }) => number?.reveal())),
      new Set([phoneNumber]),
    );
  });

  test('[OQ-86] the preferred account of a number is told first, however many are active', async (t) => {
    const phoneNumber = '+14035550101';
    const accounts = Array.from({ length: 20 }, (_, index) => {
      return { accountId: `wallet-${index}`, phoneNumber, ...(index === 17 && { preferred: true }) };
    });
    const directory = await open(accounts, t);
    const found = await directory.findByPhoneNumber(new Secret(phoneNumber), soon);
    assert.deepEqual([found[0]?.accountId, found[0]?.preferred], ['wallet-17', true]);
    assert.ok(found.slice(1).every(({ preferred }) => !preferred));
  });

  test('of many accounts with one number at most 8 are told, and the live ones are among them', async (t) => {
    const phoneNumber = '+14035550101';
    const closed = Array.from({ length: 30 }, (_, index) => {
      return { accountId: `wallet-${index}`, status: 'closed', phoneNumber } as const;
    });
    const live = { accountId: 'wallet-live', status: 'active', phoneNumber } as const;
    const directory = await open([...closed, live], t);
    const found = await directory.findByPhoneNumber(new Secret(phoneNumber), soon);
    assert.equal(found.length, 8);
    assert.equal(found[0]?.accountId, 'wallet-live');
  });

  test('an unknown phone number leads to nobody, in an empty directory too', async (t) => {
    for (const accounts of [[], [maria, { accountId: 'without-number' }]]) {
      const directory = await open(accounts, t);
      for (const number of ['+14035550199', '']) {
        assert.deepEqual(await directory.findByPhoneNumber(new Secret(number), soon), []);
      }
    }
  });
}

function comparesExactly(open: DirectoryFactory): void {
  test('[TEL-2] phone numbers are compared as exact strings', async (t) => {
    const directory = await open([maria], t);
    for (const number of [
      '14035550101',
      '+1403555010',
      '+140355501011',
      '+1 403 555 0101',
      ' +14035550101',
      '+14035550101\0',
    ]) {
      assert.deepEqual(await directory.findByPhoneNumber(new Secret(number), soon), [], inspect(number));
    }
  });

  const hostile = [
    "a'--",
    'a"b',
    'a\\b',
    '%',
    '_',
    'AS-1',
    'as-1=',
    'é',
    'e\u0301',
    '\uFFFD',
    '🙂',
    '__proto__',
    'constructor',
    'toString',
    'null',
    '0',
    '00',
    '1e3',
  ];
  const unknown = [
    '',
    ' ',
    'a',
    'as',
    'as-1 ',
    ' as-1',
    'as-1\0',
    'as-1\0x',
    '\0',
    'É',
    '\uD83D',
    '\uD800',
    'hasOwnProperty',
    '0x0',
    "' OR 1=1 --",
    'x'.repeat(100_000),
    'as-1'.repeat(25_000),
  ];

  test('[HDR-9] association ids are opaque: each finds its own account, exactly', async (t) => {
    const accounts = hostile.map((id, index) => ({ accountId: `wallet-${index}`, associationIds: [id] }));
    const directory = await open([...accounts, { accountId: 'wallet-as-1', associationIds: ['as-1'] }], t);
    for (const [index, id] of hostile.entries()) {
      assert.equal(
        (await directory.findByAssociationId(id, soon))?.accountId,
        `wallet-${index}`,
        inspect(id),
      );
    }
    for (const id of unknown) {
      assert.equal(await directory.findByAssociationId(id, soon), undefined, inspect(id).slice(0, 40));
    }
    assert.equal((await directory.findByAssociationId('as-1', soon))?.accountId, 'wallet-as-1');
  });
}

function keepsTheDeadline(open: DirectoryFactory): void {
  test('[OPS-2] asked after the deadline, it is unavailable and does not answer', async (t) => {
    const directory = await open([maria], t);
    const questions = [
      () => directory.findByAssociationId('as-1', past),
      () => directory.findByAssociationId('as-9', past),
      () => directory.findByAccountId('wallet-1', past),
      () => directory.findByPhoneNumber(new Secret('+14035550101'), past),
      () => directory.check(past),
    ];
    for (const question of questions) await assert.rejects(question, UnavailableError);
    assert.equal((await directory.findByAssociationId('as-1', soon))?.accountId, 'wallet-1');
  });

  test('it is ready, empty or not', async (t) => {
    for (const accounts of [[], [maria]]) await (await open(accounts, t)).check(soon);
  });

  test('closing twice is as closing once, and then nothing is answered', async (t) => {
    const directory = await open([maria], t);
    await directory.close();
    await directory.close();
    await assert.rejects(directory.findByAssociationId('as-1', soon), UnavailableError);
    await assert.rejects(directory.findByAccountId('wallet-1', soon), UnavailableError);
  });
}
