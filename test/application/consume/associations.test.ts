import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Account, AccountDirectory, AssociationKeeper } from '../../../src/ports/account-directory.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { codeIn } from '../../support/test-application.ts';
import { until } from '../../support/until.ts';
import { type Consumer, startConsumer, wrong } from './consumer.ts';

const accounts = Array.from({ length: 20 }, (_, n): Account => {
  const phoneNumber = new Secret(`+9199000000${String(n).padStart(2, '0')}`, '[number]');
  return { accountId: `acc-${n}`, status: 'active', phoneNumber, language: undefined };
});

/** A directory of the bank's own, which knows these accounts and one association. */
function ownDirectory(
  associations?: AssociationKeeper,
): AccountDirectory & { readonly known: Map<string, string> } {
  const known = new Map([['assoc-1', 'acc-1']]);
  const byId = (accountId: string | undefined) => accounts.find((account) => account.accountId === accountId);
  return {
    known,
    findByAssociationId: async (associationId) => byId(known.get(associationId)),
    findByPhoneNumber: async (number) =>
      accounts.filter(({ phoneNumber }) => phoneNumber?.reveal() === number.reveal()),
    findByAccountId: async (accountId) => byId(accountId),
    check: async () => {},
    close: async () => {},
    ...(associations && { associations }),
  };
}

/** One to which associations are written, unless it is down. */
function keepingDirectory() {
  const told: string[] = [];
  let isDown = false;
  const requireUp = () => {
    if (isDown) throw new UnavailableError('down');
  };
  const directory = ownDirectory({
    async associate({ accountId, associationId, attempt }) {
      requireUp();
      told.push(`${associationId} ${accountId} ${attempt}`);
      const owner = directory.known.get(associationId);
      if (owner !== undefined && owner !== accountId) return 'taken';
      directory.known.set(associationId, accountId);
      return 'associated';
    },
    async dissociate(associationId) {
      requireUp();
      told.push(`${associationId} removed`);
      return directory.known.delete(associationId) ? 'dissociated' : 'unknown-association';
    },
  });
  const goDown = (down: boolean) => {
    isDown = down;
  };
  return { directory, told, goDown };
}

/** Sends by an association id, and yields the result, and the code that arrived at that account. */
async function sendBy(bank: Consumer, requestId: string, associationId: string, account: number) {
  const fields = { associationId, smsMatchingToken: 'AB12345678C' };
  const header = { requestTimestamp: String(bank.clock.nowMs()) };
  const { body } = await bank.call('sendOtp', requestId, fields, header);
  const number = accounts[account]?.phoneNumber?.reveal();
  const code = codeIn(bank.application.inbox?.texts(1, number)[0]?.text.reveal() ?? '');
  return { result: body['result'] ?? body['errorResponseCode'], code };
}

describe('associations beside a directory that keeps none', () => {
  let bank: Consumer;
  const directory = ownDirectory();
  before(async () => {
    bank = await startConsumer({ overrides: { directory } });
  });
  after(() => bank.stop());

  it('[FLOW-2] a consumption associates the account, and the next sendOtp by the id finds it', async () => {
    const code = await bank.send('send-2', 2);
    assert.equal((await sendBy(bank, 'early', 'google-2', 2)).result, 'INVALID_IDENTIFIER');
    const order = { requestId: 'associate-2', associate: { associationId: 'google-2' } };
    assert.equal(await bank.resultOf('send-2', wrong(code), { ...order, requestId: 'x' }), 'OTP_NOT_MATCHED');
    assert.equal((await sendBy(bank, 'early', 'google-2', 2)).result, 'INVALID_IDENTIFIER');
    assert.equal(await bank.resultOf('send-2', code, order), 'SUCCESS');
    const sent = await sendBy(bank, 'later', 'google-2', 2);
    assert.equal(sent.result, 'SUCCESS');
    assert.equal(
      await bank.verify('later', sent.code),
      'SUCCESS',
      'and the account is looked up again by it',
    );
    assert.partialDeepStrictEqual(await bank.consume('send-2', code, order), {
      result: 'SUCCESS',
      isReplay: true,
    });
    const other = { ...order, associate: { associationId: 'google-3' } };
    assert.equal(await bank.resultOf('send-2', code, other), 'conflict');
  });

  it('[FLOW-4] an id of another attempt, account or past is refused, and uses no code', async () => {
    const { application } = bank;
    const order = { requestId: 'associate-3', accountId: 'acc-3', associationId: 'google-4' };
    assert.equal(await application.associate(order), 'associated');
    assert.equal(await application.associate(order), 'associated');
    assert.equal(await application.associate({ ...order, requestId: 'another' }), 'taken');
    assert.equal(await application.associate({ ...order, accountId: 'acc-4' }), 'taken');
    assert.equal(await application.associate({ ...order, accountId: 'nobody' }), 'unknown-account');
    const elsewhere = { ...order, associationId: 'assoc-1' };
    assert.equal(await application.associate(elsewhere), 'taken', 'the directory has it for another account');
    assert.equal(await application.associate({ ...elsewhere, accountId: 'acc-1' }), 'associated');
    const code = await bank.send('send-4', 4);
    for (const associationId of ['google-4', 'assoc-1']) {
      const taken = await bank.resultOf('send-4', code, { associate: { associationId } });
      assert.equal(taken, 'association-taken', associationId);
    }
    assert.equal(
      await bank.resultOf('send-4', wrong(code), { associate: { associationId: 'google-4' } }),
      'OTP_NOT_MATCHED',
    );
    // That of the very attempt is no other one.
    const again = { requestId: 'associate-4', associate: { associationId: 'google-5' } };
    const early = { requestId: 'associate-4', accountId: 'acc-4', associationId: 'google-5' };
    assert.equal(await application.associate(early), 'associated');
    assert.equal(await bank.resultOf('send-4', code, again), 'SUCCESS');
  });

  it('what was dissociated names nobody any more, for good, wherever it came from', async () => {
    const { application } = bank;
    const order = { requestId: 'associate-5', accountId: 'acc-5', associationId: 'google-6' };
    await application.associate(order);
    directory.known.set('imported', 'acc-6');
    assert.equal((await sendBy(bank, 'six', 'imported', 6)).result, 'SUCCESS');
    for (const associationId of ['google-6', 'imported']) {
      assert.equal(await application.dissociate(associationId), 'dissociated');
      assert.equal(await application.dissociate(associationId), 'dissociated');
      assert.equal(
        (await sendBy(bank, `gone ${associationId}`.replace(' ', ':'), associationId, 5)).result,
        'INVALID_IDENTIFIER',
      );
      const again = { ...order, associationId, accountId: associationId === 'imported' ? 'acc-6' : 'acc-5' };
      assert.equal(await application.associate(again), 'taken');
    }
    assert.equal(await application.dissociate('never seen'), 'unknown-association');
  });

  it('[OQ-91] an association that only the store knows can be expected', async () => {
    await bank.application.associate({ requestId: 'a-7', accountId: 'acc-7', associationId: 'google-7' });
    const code = await bank.send('send-7', 7);
    const capture = { purpose: 'capture', paymentIntegratorAccountId: 'P' } as const;
    assert.equal(
      await bank.resultOf('send-7', code, { ...capture, expect: { associationId: 'google-4' } }),
      'OTP_NOT_MATCHED',
    );
    const expect = { associationId: 'google-7' };
    assert.equal(await bank.resultOf('send-7', code, { ...capture, expect, requestId: 'c-7' }), 'SUCCESS');
  });

  it('what can be no id is refused before anything is asked', async () => {
    const { application } = bank;
    const order = { requestId: 'a-8', accountId: 'acc-8', associationId: 'google-8' };
    for (const [changes, message] of [
      [{ requestId: 'a 8' }, /^requestId must be/],
      [{ accountId: '' }, /^accountId must be/],
      [{ associationId: ' google-8' }, /^associationId must be/],
      [{ associationId: 'google\u200b8' }, /^associationId must be/],
    ] as const) {
      await assert.rejects(application.associate({ ...order, ...changes }), { name: 'RangeError', message });
    }
    await assert.rejects(application.dissociate(''), RangeError);
    const code = await bank.send('send-8', 8);
    for (const [asked, message] of [
      [{ associate: { associationId: '' } }, /^associate\.associationId must be/],
      [{ associate: {} as never }, /^associate\.associationId must be/],
      [
        { associate: { associationId: 'x' }, purpose: 'createMandate' },
        /^a createMandate associates nothing/,
      ],
    ] as const) {
      await assert.rejects(bank.consume('send-8', code, asked), { name: 'RangeError', message });
    }
  });
});

describe('associations beside a directory that keeps them', () => {
  it('[FLOW-2] the directory is told at once, or when it is up again; look-ups know before', async (t) => {
    const { directory, told, goDown } = keepingDirectory();
    const bank = await startConsumer({ overrides: { directory } });
    t.after(() => bank.stop());
    const { application, clock } = bank;
    const order = { requestId: 'a-1', accountId: 'acc-2', associationId: 'google-1' };
    assert.equal(await application.associate(order), 'associated');
    await until(() => directory.known.has('google-1'));
    assert.deepEqual(told, ['google-1 acc-2 a-1']);
    goDown(true);
    const code = await bank.send('send-3', 3);
    const associate = { associationId: 'google-3' };
    assert.equal(await bank.resultOf('send-3', code, { requestId: 'a-3', associate }), 'SUCCESS');
    assert.equal(directory.known.has('google-3'), false);
    assert.equal((await sendBy(bank, 'by-3', 'google-3', 3)).result, 'SUCCESS');
    assert.equal(await application.dissociate('google-1'), 'dissociated');
    assert.equal((await sendBy(bank, 'by-1', 'google-1', 2)).result, 'INVALID_IDENTIFIER');
    goDown(false);
    await until(() => {
      clock.pass(60_000);
      return directory.known.has('google-3') && !directory.known.has('google-1');
    });
    // Once told, it is the directory's word that counts, but for what was removed.
    directory.known.set('google-3', 'acc-4');
    directory.known.set('google-1', 'acc-2');
    await until(
      async () =>
        (await application.store.untoldAssociations({ after: new Uint8Array(), rowsMax: 9 })).length === 0,
    );
    assert.equal((await sendBy(bank, 'by-3-again', 'google-3', 4)).result, 'SUCCESS');
    assert.equal((await sendBy(bank, 'by-1-again', 'google-1', 2)).result, 'INVALID_IDENTIFIER');
  });

  it('what the directory does not take stays known to the store, and keeps nothing else from it', async (t) => {
    const { directory, told } = keepingDirectory();
    const bank = await startConsumer({ overrides: { directory } });
    t.after(() => bank.stop());
    const ids = Array.from({ length: 60 }, (_, at) => `google-${at}`);
    // Somebody imports it in the moment after it was looked at.
    const find = directory.findByAssociationId;
    directory.findByAssociationId = async (associationId, deadline) => {
      const found = await find(associationId, deadline);
      if (associationId === 'google-0') directory.known.set('google-0', 'acc-9');
      return found;
    };
    for (const [at, associationId] of ids.entries()) {
      const order = { requestId: `a-${at}`, accountId: `acc-${at % 9}`, associationId };
      assert.equal(await bank.application.associate(order), 'associated');
    }
    await until(() => ids.every((id) => directory.known.has(id)));
    const untold = () => bank.application.store.untoldAssociations({ after: new Uint8Array(), rowsMax: 99 });
    await until(async () => (await untold()).length === 1);
    assert.equal(directory.known.get('google-0'), 'acc-9');
    assert.equal((await sendBy(bank, 'by-0', 'google-0', 0)).result, 'SUCCESS');
    assert.ok(told.filter((one) => one.startsWith('google-0 ')).length > 1);
  });
});
