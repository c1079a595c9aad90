import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { findRequests, type RequestSearch } from '../../src/operations/requests.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { activeAssociation, activeNumber } from '../support/test-accounts.ts';
import {
  codeIn,
  startApplication,
  TEST_SETTINGS,
  type TestApplication,
} from '../support/test-application.ts';
import { TestClock } from '../support/test-clock.ts';
import { callsTo, ScriptedGateway, TOKEN } from './send-otp-calls.ts';

describe('sendOtp: every result', () => {
  const gateway = new ScriptedGateway();
  const clock = new TestClock();
  let app: TestApplication;

  before(async () => {
    app = await startApplication({ overrides: { gateway, clock } });
  });
  after(() => app.stop());
  const { send, verify, resultOf } = callsTo(() => app, clock);

  const closed = {
    closed: 'ACCOUNT_CLOSED',
    'taken-over': 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER',
    fraud: 'ACCOUNT_CLOSED_FRAUD',
  };
  const numbers = { closed: '+15550100002', 'taken-over': '+15550100003', fraud: '+15550100004' };

  it('[SO-7] SUCCESS: a gateway accepted the text', async () => {
    assert.equal(await resultOf({ accountPhoneNumber: activeNumber(1) }), 'SUCCESS');
    assert.equal(await resultOf({ associationId: activeAssociation(2) }), 'SUCCESS');
  });

  it('[SO-OLD-2, OQ-1] both identifiers: the number must be the one on file', async () => {
    const both = { accountPhoneNumber: activeNumber(3), associationId: activeAssociation(3) };
    assert.equal(await resultOf(both), 'SUCCESS');
    const sent = gateway.messages.length;
    const mismatch = { ...both, accountPhoneNumber: activeNumber(4) };
    assert.equal(await resultOf(mismatch), 'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT');
    assert.equal(gateway.messages.length, sent, 'nothing is sent');
  });

  it('[SO-3, OQ-24] both identifiers: a number of a wrong format is called that, known or not', async () => {
    const sent = gateway.messages.length;
    for (const associationId of [activeAssociation(3), 'assoc-of-nobody', 'assoc-fraud']) {
      for (const accountPhoneNumber of ['12345', '+0123', ' +15550200003', '', '+1555020000312345'])
        assert.equal(await resultOf({ associationId, accountPhoneNumber }), 'INVALID_PHONE_NUMBER');
    }
    assert.equal(gateway.messages.length, sent, 'nothing is sent');
  });

  it('[HDR-6, JSON-3, OQ-19] a context of a later minor version is served as none is, stored and counted', async () => {
    const otpContext = { somethingNew: { since: 1 } };
    const { body } = await send({ accountPhoneNumber: activeNumber(20), otpContext }, 'send-new-context');
    assert.equal(body['result'], 'SUCCESS');
    assert.equal(await resultOf({ accountPhoneNumber: activeNumber(21) }), 'SUCCESS');
    const [unknown = '', none = ''] = gateway.textsSent
      .slice(-2)
      .map((text) => text.replace(codeIn(text), ''));
    assert.equal(unknown, none, 'the general text');
    assert.equal(
      (await verify('send-new-context', codeIn(gateway.textsSent.at(-2) ?? ''))).body['result'],
      'SUCCESS',
    );
    const metrics = await (await fetch(`${app.operatorUrl}/metrics`)).text();
    assert.match(metrics, /^gsp_otp_unknown_contexts_total 1$/m);
    const db = new DatabaseSync(join(app.dataDirectory, 'otp.sqlite'), { readOnly: true });
    const row = db.prepare("SELECT otp_context FROM request WHERE request_id = 'send-new-context'").get();
    db.close();
    assert.equal(row?.['otp_context'], 'unknown');
  });

  it('[OQ-2] an account without a phone, and an unknown association', async () => {
    assert.equal(
      await resultOf({ associationId: 'assoc-no-phone' }),
      'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT',
    );
    const unknown = await send({ associationId: 'nobody-has-this' });
    assert.equal(unknown.status, 404);
    assert.equal(unknown.body['errorResponseCode'], 'INVALID_IDENTIFIER');
    assert.match(String(unknown.body['errorDescription']), /associationId/);
  });

  for (const [kind, result] of Object.entries(closed)) {
    it(`[SO-10, SO-12, SO-14] ${kind}: ${result} by association, UNKNOWN_PHONE_NUMBER by number`, async () => {
      assert.equal(await resultOf({ associationId: `assoc-${kind}` }), result);
      const byNumber = { accountPhoneNumber: numbers[kind as keyof typeof numbers] };
      assert.equal(await resultOf(byNumber), 'UNKNOWN_PHONE_NUMBER');
    });
  }

  it('[SO-11, OQ-42] a closed account is not reported as closed on a number that does not fit', async () => {
    const fields = { associationId: 'assoc-closed', accountPhoneNumber: activeNumber(1) };
    assert.equal(await resultOf(fields), 'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT');
  });

  it('[SO-12] UNKNOWN_PHONE_NUMBER, NOT_ELIGIBLE, INVALID_PHONE_NUMBER', async () => {
    assert.equal(await resultOf({ accountPhoneNumber: '+15550199999' }), 'UNKNOWN_PHONE_NUMBER');
    assert.equal(await resultOf({ accountPhoneNumber: '+15550100001' }), 'NOT_ELIGIBLE');
    assert.equal(await resultOf({ associationId: 'assoc-not-eligible' }), 'NOT_ELIGIBLE');
    for (const malformed of [
      '',
      '+',
      '5550199999',
      '+0123',
      '+1 555 0199999',
      '+15550199999\n',
      `+1${'5'.repeat(15)}`,
    ]) {
      assert.equal(await resultOf({ accountPhoneNumber: malformed }), 'INVALID_PHONE_NUMBER', malformed); // [SO-3]
    }
  });

  it('a support desk finds requests without a code by account, number and association, and no number is stored', async () => {
    const found = async (key: RequestSearch['key'], value: string) => {
      const settings = loadConfig({
        env: {},
        overrides: { ...TEST_SETTINGS, dataDirectory: app.dataDirectory },
      });
      const histories = await findRequests(settings, { key, value });
      return histories.map(({ answer, reason, challenge }) => [answer?.result, reason, challenge?.state]);
    };
    const number = activeNumber(30);
    const typed = '(987) 654-3210';
    for (const accountPhoneNumber of ['+15550177777', typed, number, number])
      await send({ accountPhoneNumber });
    await send({ associationId: activeAssociation(30), accountPhoneNumber: '+15550177777' });
    await send({ associationId: 'assoc-fraud' });
    const mismatch = ['PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT', 'phoneNumberMismatch', undefined];
    const unknown = ['UNKNOWN_PHONE_NUMBER', 'unknownNumber', undefined];
    const limited = ['OTP_LIMIT_REACHED', 'coolDown', undefined];
    const sent = ['SUCCESS', '', 'sent'];
    const sorted = (histories: readonly unknown[]) => histories.map(String).sort();
    assert.deepEqual(sorted(await found('phoneNumber', '+15550177777')), sorted([mismatch, unknown]));
    assert.deepEqual(await found('phoneNumber', typed), [['INVALID_PHONE_NUMBER', 'notE164', undefined]]);
    assert.deepEqual(sorted(await found('phoneNumber', number)), sorted([limited, sent]));
    for (const [key, value] of [
      ['accountId', 'acc-30'],
      ['associationId', activeAssociation(30)],
    ] as const)
      assert.deepEqual(sorted(await found(key, value)), sorted([mismatch, limited, sent]));
    assert.ok(String(await found('accountId', 'acc-fraud')).includes('ACCOUNT_CLOSED_FRAUD'));
    assert.ok(String(await found('phoneNumber', '+15550100004')).includes('ACCOUNT_CLOSED_FRAUD'));
    const files = readdirSync(app.dataDirectory).filter((name) => name.startsWith('otp.sqlite'));
    const stored = Buffer.concat(files.map((name) => readFileSync(join(app.dataDirectory, name)))).toString(
      'latin1',
    );
    for (const secret of ['15550177777', '654-3210', number.slice(1)])
      assert.ok(!stored.includes(secret), secret);
  });

  it('OTP_LIMIT_REACHED within the cool-down, and no longer after it', async () => {
    assert.equal(await resultOf({ accountPhoneNumber: activeNumber(5) }), 'SUCCESS');
    assert.equal(await resultOf({ accountPhoneNumber: activeNumber(5) }), 'OTP_LIMIT_REACHED');
    assert.equal(await resultOf({ associationId: activeAssociation(5) }), 'OTP_LIMIT_REACHED');
    clock.pass(30_000);
    assert.equal(await resultOf({ accountPhoneNumber: activeNumber(5) }), 'SUCCESS');
  });

  it('[OQ-5] OTP_LIMIT_REACHED after an exhausted code', async () => {
    await send({ accountPhoneNumber: activeNumber(6) }, 'exhausting');
    const right = codeIn(gateway.textsSent.at(-1) ?? '');
    const wrong = right === '000000' ? '000001' : '000000';
    for (let guess = 0; guess < 5; guess += 1) {
      assert.equal((await verify('exhausting', wrong)).body['result'], 'OTP_NOT_MATCHED');
    }
    assert.equal((await verify('exhausting', right)).body['result'], 'OTP_NOT_MATCHED');
    clock.pass(60_000);
    assert.equal(await resultOf({ accountPhoneNumber: activeNumber(6) }), 'OTP_LIMIT_REACHED');
  });

  it('[SO-4, SMS-1, SMS-2] the text holds the code, and the token alone on its last line', () => {
    for (const text of gateway.textsSent) {
      assert.match(text, /(?<!\d)\d{6}(?!\d)/);
      assert.ok(text.endsWith(`\n\n${TOKEN}`));
    }
  });

  it('the gateway is told the validity that is left, the country and the language', () => {
    const [message] = gateway.messages;
    assert.equal(message?.validityMs, 600_000);
    assert.equal(message?.country, 'IN');
    assert.equal(message?.language, 'en');
  });
});

describe('sendOtp: limits that are nobody’s own doing', () => {
  it('[OQ-40] a ceiling is MESSAGE_UNABLE_TO_BE_SENT, and passes with its window', async () => {
    const clock = new TestClock();
    const settings = {
      'quotas.sendsPerCountry': { IN: { max: 2, windowMs: 3_600_000 } },
      'quotas.sendsGlobal': { max: 3, windowMs: 3_600_000 },
    };
    const app = await startApplication({ overrides: { clock }, settings });
    const send = async (n: number) => {
      const fields = { accountPhoneNumber: activeNumber(n), smsMatchingToken: TOKEN };
      const { body } = await app.call('sendOtp', `ceiling-${n}`, fields, {
        requestTimestamp: String(clock.nowMs()),
      });
      return body['result'];
    };
    assert.equal(await send(1), 'SUCCESS');
    assert.equal(await send(2), 'SUCCESS');
    assert.equal(await send(3), 'MESSAGE_UNABLE_TO_BE_SENT');
    const [history] = await app.application.store.history('ceiling-3');
    assert.equal(history?.reason, 'sendsPerCountry');
    clock.pass(2 * 3_600_000);
    assert.equal(await send(3), 'SUCCESS', 'the same request id, since that answer bound nothing');
    await app.stop();
  });

  it('[OQ-40] a country that is not served is NOT_ELIGIBLE', async () => {
    const app = await startApplication({ settings: { 'phoneNumbers.allowedCountries': ['BR'] } });
    const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: TOKEN };
    assert.equal((await app.call('sendOtp', 'not-served', fields)).body['result'], 'NOT_ELIGIBLE');
    await app.stop();
  });

  it('[OQ-1] the switch forbids both identifiers in one request', async () => {
    const app = await startApplication({ settings: { 'requests.acceptBothIdentifiers': false } });
    const fields = {
      accountPhoneNumber: activeNumber(1),
      associationId: activeAssociation(1),
      smsMatchingToken: TOKEN,
    };
    const { status, body } = await app.call('sendOtp', 'both', fields);
    assert.deepEqual([status, body['errorResponseCode']], [400, 'INVALID_FIELD_VALUE']);
    await app.stop();
  });
});
