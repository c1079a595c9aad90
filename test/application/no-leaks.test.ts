import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Secret } from '../../src/ports/secret.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { type Answer, codeIn, startApplication, type TestApplication } from '../support/test-application.ts';

const TOKEN = 'Zq9-MARKEDx';
/** It may be told to Google, and stands nowhere here. */
const ASSOCIATED = 'marked-association-id';
const ASSOCIATION_NUMBER = activeNumber(42);

/**
 * Row 25 of the proofs: drives every path with marked secrets, and looks for them wherever something is kept or
 * said: log, answers, database files, operator routes other than the inbox.
 */
describe('nothing secret leaks', () => {
  let app: TestApplication;
  const log: string[] = [];
  const answers: string[] = [];
  const secrets = new Set<string>([TOKEN]);

  before(async () => {
    app = await startApplication({
      settings: {
        'log.level': 'trace',
        'quotas.coolDownMs': 0,
        'requests.budgetMs': 1500,
      },
      overrides: { logDestination: { write: (line: string) => log.push(line) } },
    });
    await drive();
  });
  after(() => app.stop());

  async function call(...args: Parameters<TestApplication['call']>): Promise<Answer> {
    const answer = await app.call(...args);
    answers.push(JSON.stringify(answer));
    return answer;
  }

  /** The bank's own handler, with a code that is used, one that is wrong and one that associates the account. */
  async function consume(used: string, otp: string): Promise<void> {
    const { application } = app;
    const fields = { accountPhoneNumber: activeNumber(11), smsMatchingToken: TOKEN };
    await call('sendOtp', 'leak-consumed', fields);
    const code = codeIn(application.inbox?.texts(1, activeNumber(11))[0]?.text.reveal() ?? '');
    secrets.add(code);
    const ask = async (sendOtpRequestId: string, typed: string, more: object = {}) => {
      const otpVerification = { sendOtpRequestId, otp: new Secret(typed) };
      const requestId = `leak-consume-${answers.length}`;
      const order = { purpose: 'associateAccount', requestId, otpVerification, ...more } as const;
      const { kind } = await application.consumeOtp(order);
      answers.push(kind);
    };
    await ask(used, otp);
    await ask('leak-consumed', '918273', { expect: { accountId: 'acc-11' } });
    await ask('leak-consumed', code, { expect: { associationId: 'assoc-12' } });
    await ask('leak-consumed', code, { associate: { associationId: 'assoc-of-acc-9' } });
    await ask('leak-consumed', code, { associate: { associationId: ASSOCIATED } });
    const association = { requestId: 'leak-a', accountId: 'acc-12', associationId: `${ASSOCIATED}-2` };
    answers.push(await application.associate(association), await application.dissociate(ASSOCIATED));
  }

  async function drive(): Promise<void> {
    const inbox = app.application.inbox ?? assert.fail();
    let requests = 0;
    const send = async (fields: Record<string, unknown>) => {
      const requestId = `leak-${requests++}`;
      await call('sendOtp', requestId, { smsMatchingToken: TOKEN, ...fields });
      for (const { text, to } of inbox.texts(1)) {
        secrets.add(codeIn(text.reveal()));
        secrets.add(to.reveal());
        secrets.add(text.reveal());
      }
      return requestId;
    };
    secrets.add(ASSOCIATION_NUMBER);
    secrets.add(ASSOCIATED);
    const wrong = '918273';
    secrets.add(wrong);

    const sent = await send({ accountPhoneNumber: activeNumber(7), otpContext: { association: {} } });
    const otp = codeIn(inbox.texts(1)[0]?.text.reveal() ?? '');
    await call('verifyOtp', 'leak-wrong', { sendOtpRequestId: sent, otp: wrong });
    await call('verifyOtp', 'leak-right', { sendOtpRequestId: sent, otp });
    await call('verifyOtp', 'leak-used', { sendOtpRequestId: sent, otp });
    await call('verifyOtp', 'leak-right', { sendOtpRequestId: sent, otp: wrong });
    await call('verifyOtp', 'leak-unknown', { sendOtpRequestId: 'nothing', otp });
    await call('sendOtp', sent, { accountPhoneNumber: activeNumber(8), smsMatchingToken: TOKEN });
    await consume(sent, otp);
    await send({ associationId: 'assoc-42' });
    await send({ associationId: 'assoc-42', accountPhoneNumber: activeNumber(9) });
    for (const association of ['closed', 'taken-over', 'fraud', 'not-eligible', 'no-phone', 'unknown']) {
      await send({ associationId: `assoc-${association}` });
    }
    const unknownNumber = '+15550177777';
    const malformed = '+1 (555) 017-MARKED';
    secrets.add(unknownNumber);
    secrets.add(malformed);
    await send({ accountPhoneNumber: unknownNumber });
    await send({ accountPhoneNumber: malformed });
    await send({ accountPhoneNumber: [malformed] });
    await send({ accountPhoneNumber: activeNumber(7), smsMatchingToken: `${TOKEN}too-long` });
    await send({ accountPhoneNumber: activeNumber(7), otpContext: { [malformed]: {} } });
    await call('verifyOtp', 'leak-list', { sendOtpRequestId: sent, otp: [wrong] });
    await call('sendOtp', malformed, { accountPhoneNumber: malformed, smsMatchingToken: TOKEN });
    for (const behaviour of ['refuse', 'hang', 'late', 'accept-and-hang-up'] as const) {
      inbox.behave(behaviour, 10);
      const requestId = await send({ accountPhoneNumber: activeNumber(20) });
      await call('sendOtp', requestId, { accountPhoneNumber: activeNumber(20), smsMatchingToken: TOKEN });
    }
    inbox.behave('accept', 0);
    for (let count = 0; count < 7; count += 1) await send({ accountPhoneNumber: activeNumber(30) });
    const broken = await fetch(`${app.methodsUrl}/v1/sendOtp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"accountPhoneNumber":"${unknownNumber}","smsMatchingToken":"${TOKEN}"`,
    });
    answers.push(await broken.text());
  }

  /** A code counts only as a whole number: six digits may stand in a timestamp by chance. */
  function findSecrets(text: string): string[] {
    return [...secrets].filter((secret) =>
      /^\d{6}$/.test(secret)
        ? new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(text)
        : secret !== '' && text.includes(secret),
    );
  }

  it('the drive met every kind of ending', () => {
    const said = answers.join('\n');
    for (const word of [
      'SUCCESS',
      'OTP_NOT_MATCHED',
      'OTP_ALREADY_USED',
      'UNKNOWN_PHONE_NUMBER',
      'INVALID_PHONE_NUMBER',
      'NOT_ELIGIBLE',
      'OTP_LIMIT_REACHED',
      'MESSAGE_UNABLE_TO_BE_SENT',
      'ACCOUNT_CLOSED',
      'ACCOUNT_CLOSED_FRAUD',
      'INVALID_IDENTIFIER',
      'IDEMPOTENCY_VIOLATION',
      'INVALID_FIELD_VALUE',
      'INVALID_DECRYPTED_REQUEST',
    ]) {
      assert.ok(said.includes(word), word);
    }
    assert.ok(secrets.size > 15);
  });

  it('[ERR-4] no answer says a code, a token or a number', () => {
    assert.deepEqual(findSecrets(answers.join('\n')), []);
  });

  it('no log line says one', () => {
    assert.ok(log.length >= answers.length);
    assert.deepEqual(findSecrets(log.join('')), []);
  });

  it('[ERR-8] each log line of an error carries the identifier that its answer carried', () => {
    const identifiers = answers.flatMap(
      (answer) => /paymentIntegratorErrorIdentifier":"([^"]+)/.exec(answer)?.[1] ?? [],
    );
    assert.ok(identifiers.length > 5);
    for (const identifier of identifiers) assert.ok(log.some((line) => line.includes(identifier)));
  });

  it('[IDEM-13] the database of the codes holds none of them, nor any account id', () => {
    const files = readdirSync(app.dataDirectory).filter((name) => name.startsWith('otp.sqlite'));
    assert.ok(files.length > 0);
    for (const name of files) {
      const content = readFileSync(join(app.dataDirectory, name), 'latin1');
      assert.deepEqual(findSecrets(content), [], name);
      assert.ok(!content.includes('acc-42'), name);
    }
  });

  it('no operator route but the inbox says one', async () => {
    for (const path of [
      '/health/live',
      '/health/ready',
      '/metrics',
      '/inbox/behaviour',
      '/nowhere',
      '/inbox?to=%2B15550177777&count=x',
    ]) {
      const text = await (await fetch(app.operatorUrl + path)).text();
      assert.deepEqual(findSecrets(text), [], path);
    }
    const history = JSON.stringify(await app.application.store.history('leak-0'));
    assert.deepEqual(findSecrets(history), []);
  });
});
