import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAccountEditor } from '../../../src/adapters/directory/sqlite/account-editor.ts';
import type { AccountDirectory } from '../../../src/ports/account-directory.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { activeAssociation, activeNumber, importTestAccounts } from '../../support/test-accounts.ts';
import type { TestApplication } from '../../support/test-application.ts';
import { ACCEPTED, comparedWrong, REFUSED, start, wrong } from './ledger-under-test.ts';

function editor(app: TestApplication) {
  return openAccountEditor({ file: join(app.dataDirectory, 'accounts.sqlite'), environment: 'sandbox' });
}

/** As an operator does, beside the running server. */
function importAccount(app: TestApplication, accountAndNumber: string): Promise<void> {
  return importTestAccounts(app.dataDirectory, `accountId,phoneNumber,status\n${accountAndNumber},active`);
}

for (const fields of [{ accountPhoneNumber: activeNumber(1) }, { associationId: activeAssociation(1) }]) {
  const by = Object.keys(fields)[0];
  for (const status of ['closed', 'closed-account-taken-over', 'closed-fraud', 'not-eligible'] as const) {
    test(`[OQ-70] a code asked for by ${by} does not verify once its account is ${status}`, async (t) => {
      const { app, send, verify, code } = await start(t);
      assert.equal(await send('first', fields), 'SUCCESS');
      const accounts = editor(app);
      t.after(() => accounts.close());
      assert.equal(await accounts.setStatus('acc-1', status), 'set');
      assert.equal(await verify('first', code()), 'OTP_NOT_MATCHED');
      // It was ended for good.
      await accounts.setStatus('acc-1', 'active');
      assert.equal(await verify('first', code()), 'OTP_NOT_MATCHED');
    });
  }

  test(`[OQ-70] a code asked for by ${by} does not verify once its account has another number`, async (t) => {
    const { app, send, verify, code } = await start(t);
    assert.equal(await send('first', fields), 'SUCCESS');
    await importAccount(app, 'acc-1,+919911111111');
    assert.equal(await verify('first', code()), 'OTP_NOT_MATCHED');
    // Nor for whoever has the number now.
    await importAccount(app, `acc-new,${activeNumber(1)}`);
    assert.equal(await verify('first', code()), 'OTP_NOT_MATCHED');
    const [history] = await app.application.store.history('first');
    assert.equal(history?.challenge?.state, 'superseded');
  });

  for (const [what, there, back] of [
    ['number', 'acc-1,+919911111111,active', `acc-1,${activeNumber(1)},active`],
    ['status', `acc-1,${activeNumber(1)},closed`, `acc-1,${activeNumber(1)},active`],
  ] as const) {
    test(`[OQ-70] a code asked for by ${by} stays ended though its account has its ${what} back`, async (t) => {
      const { app, send, verify, code, clock } = await start(t);
      assert.equal(await send('first', fields), 'SUCCESS');
      for (const row of [there, back]) {
        await importTestAccounts(app.dataDirectory, `accountId,phoneNumber,status\n${row}`);
      }
      assert.equal(await verify('first', code()), 'OTP_NOT_MATCHED');
      clock.pass(31_000);
      assert.equal(await send('second', fields), 'SUCCESS');
      // What is imported again as it is changes nothing.
      await importTestAccounts(app.dataDirectory, `accountId,phoneNumber,status\n${back}`);
      assert.equal(await verify('second', code()), 'SUCCESS');
    });
  }
}

test('[OQ-70] an account that is closed and opened again between two commands ends its code too', async (t) => {
  const { app, send, verify, code } = await start(t);
  await send('first');
  const accounts = editor(app);
  t.after(() => accounts.close());
  await accounts.setStatus('acc-1', 'closed-fraud');
  await accounts.setStatus('acc-1', 'active');
  assert.equal(await verify('first', code()), 'OTP_NOT_MATCHED');
});

test('[OQ-70, OQ-28] a text that is sent again goes with the account as it is then', async (t) => {
  for (const before of [REFUSED, { kind: 'unknown', gateway: 'phones', detail: '' } as const]) {
    const { app, send, verify, code, clock, answerWith } = await start(t);
    answerWith(async () => before);
    assert.equal(await send('first'), 'MESSAGE_UNABLE_TO_BE_SENT');
    const accounts = editor(app);
    t.after(() => accounts.close());
    await accounts.setStatus('acc-1', 'not-eligible');
    await accounts.setStatus('acc-1', 'active');
    clock.pass(31_000);
    answerWith(async () => ACCEPTED);
    assert.equal(await send('first'), 'SUCCESS');
    assert.equal(await verify('first', code()), 'SUCCESS');
  }
});

test('[OQ-70, VO-3] an account that is closed afterwards takes no answer back', async (t) => {
  const { app, send, verify, code } = await start(t);
  await send('first');
  assert.equal(await verify('first', code(), 'verify-once'), 'SUCCESS');
  const accounts = editor(app);
  t.after(() => accounts.close());
  await accounts.setStatus('acc-1', 'closed');
  assert.equal(await verify('first', code(), 'verify-once'), 'SUCCESS');
  assert.equal(await verify('first', code()), 'OTP_ALREADY_USED');
});

test('[OQ-70] while the directory is down a verification is 503 and voids nothing', async (t) => {
  let down = false;
  const account = { accountId: 'maria', status: 'active', phoneNumber: undefined, language: 'en' } as const;
  const directory: AccountDirectory = {
    findByAssociationId: async () => undefined,
    findByAccountId: async () => undefined,
    async findByPhoneNumber(phoneNumber) {
      if (down) throw new UnavailableError('the directory is down');
      return [{ ...account, phoneNumber }];
    },
    check: async () => undefined,
    close: async () => undefined,
  };
  const { app, send, verify, code } = await start(t, { overrides: { directory } });
  await send('first');
  down = true;
  assert.equal(await verify('first', code(), 'verify-1'), 503);
  assert.equal(await verify('first', wrong(code()), 'verify-2'), 503);
  down = false;
  assert.equal(await comparedWrong(app, 'first'), 0);
  assert.equal(await verify('first', code(), 'verify-1'), 'SUCCESS');
});

test('[OQ-70] who keeps accounts elsewhere ends codes by account and by number', async (t) => {
  const { app, send, verify, code, clock } = await start(t);
  await send('first');
  assert.equal(await app.application.endCodes({ accountId: 'acc-2' }), 0);
  assert.equal(await app.application.endCodes({ accountId: 'acc-1' }), 1);
  assert.equal(await verify('first', code()), 'OTP_NOT_MATCHED');
  clock.pass(31_000);
  await send('second');
  assert.equal(await app.application.endCodes({ phoneNumber: activeNumber(1) }), 1);
  assert.equal(await verify('second', code()), 'OTP_NOT_MATCHED');
  clock.pass(31_000);
  assert.equal(await send('third'), 'SUCCESS');
  assert.equal(await verify('third', code()), 'SUCCESS');
});
