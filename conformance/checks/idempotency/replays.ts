import { responseTimestampMs } from '../../google/answer.ts';
import type { Check } from '../check.ts';
import { expectError, expectResult, expectSameAnswer } from '../expectations.ts';
import { wrongCode } from '../trial.ts';
import { must } from '../verdicts.ts';
import { again, declinable } from './repeatable.ts';

/** The same request again: the same answer, and nothing done twice. */
export const replayChecks: readonly Check[] = [
  {
    id: 'idempotency/send-retry-replays',
    requirements: ['IDEM-1', 'IDEM-2', 'IDEM-5', 'HDR-2'],
    level: 'MUST',
    expects: 'Answers a retried sendOtp as it did the first time, but for responseTimestamp.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      expectSameAnswer(sent.answer, await again(trial, sent), 'the retry');
    },
  },
  {
    id: 'idempotency/send-retry-sends-no-text',
    requirements: ['IDEM-2', 'SMS-4'],
    level: 'MUST',
    expects: 'Sends no second text for three retries of a sendOtp.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      await trial.text(sent);
      for (let retry = 0; retry < 3; retry += 1) await again(trial, sent);
      const count = await trial.countTexts(sent.mailbox);
      must(count === 1, `${count} texts came`);
    },
  },
  {
    id: 'idempotency/later-timestamp-replays',
    requirements: ['IDEM-5', 'HDR-5'],
    level: 'MUST',
    expects: 'Takes a retry with a later requestTimestamp for the same request.',
    run: async (trial) => {
      const request = declinable(trial);
      const nowMs = trial.google.world.clock.nowMs();
      const first = await request.call({}, nowMs - 20_000);
      expectResult(first, 'INVALID_PHONE_NUMBER');
      expectSameAnswer(first, await request.call({}, nowMs), 'the retry with a later timestamp');
    },
  },
  {
    id: 'idempotency/replay-is-stamped-anew',
    requirements: ['HDR-11'],
    level: 'SHOULD',
    expects: 'Stamps a replayed answer with the time of the replay.',
    run: async (trial) => {
      const request = declinable(trial);
      const first = responseTimestampMs(await request.call());
      await new Promise((resolve) => setTimeout(resolve, 25));
      const second = responseTimestampMs(await request.call());
      must(first !== undefined && second !== undefined, 'an answer without responseTimestamp');
      must(second > first, 'the replay has the responseTimestamp of the first answer');
    },
  },
  {
    id: 'idempotency/decline-stays-declined',
    requirements: ['IDEM-2', 'IDEM-5'],
    level: 'MUST',
    expects: 'Answers a retry of a declined sendOtp with the same decline.',
    run: async (trial) => {
      const request = declinable(trial);
      const first = await request.call();
      expectResult(first, 'INVALID_PHONE_NUMBER');
      expectSameAnswer(first, await request.call(), 'the retry of a decline');
    },
  },
  {
    id: 'idempotency/wrong-code-retry-counts-once',
    requirements: ['IDEM-2', 'VO-1'],
    level: 'MUST',
    expects: 'Counts a wrong code once, however often its verifyOtp is retried.',
    texts: 1,
    wrongCodes: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      const requestId = trial.google.id('wrong');
      for (let retry = 0; retry < trial.settings.wrongCodesMax + 2; retry += 1) {
        expectResult(await trial.verify(sent, wrongCode(code), { requestId }), 'OTP_NOT_MATCHED');
      }
      expectResult(await trial.verify(sent, code), 'SUCCESS');
    },
  },
  {
    id: 'idempotency/verify-retry-replays',
    requirements: ['VO-3', 'IDEM-2'],
    level: 'MUST',
    expects: 'Answers a retry of a successful verifyOtp with SUCCESS again.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      const requestId = trial.google.id('verify');
      const first = await trial.verify(sent, code, { requestId });
      expectResult(first, 'SUCCESS');
      expectSameAnswer(first, await trial.verify(sent, code, { requestId }), 'the retry');
    },
  },
  {
    id: 'idempotency/same-parameters-otherwise-written',
    requirements: ['IDEM-5', 'OQ-17'],
    level: 'MUST',
    expects: 'Takes a retry with members in another order and other white space for the same request.',
    run: async (trial) => {
      const requestId = trial.google.id('rewritten');
      const token = trial.google.token();
      const first = await trial.call(
        'sendOtp',
        { accountPhoneNumber: '+0', smsMatchingToken: token },
        { requestId },
      );
      expectResult(first, 'INVALID_PHONE_NUMBER');
      const rewrite = (json: string) => JSON.stringify(JSON.parse(json), null, 2);
      const members = { smsMatchingToken: token, accountPhoneNumber: '+0' };
      const second = await trial.call('sendOtp', members, { requestId, rewrite });
      expectSameAnswer(first, second, 'the request written otherwise');
    },
  },
  {
    id: 'idempotency/header-is-not-compared',
    requirements: ['OQ-17', 'HDR-6', 'HDR-8'],
    level: 'SHOULD',
    expects: 'Takes a retry with another minor version and userLocale for the same request.',
    run: async (trial) => {
      const requestId = trial.google.id('header');
      const members = { accountPhoneNumber: '+0', smsMatchingToken: trial.google.token() };
      const first = await trial.call('sendOtp', members, { requestId });
      expectResult(first, 'INVALID_PHONE_NUMBER');
      const header = { protocolVersion: { major: 1, minor: 3, revision: 1 }, userLocale: 'pt-BR' };
      const second = await trial.call('sendOtp', members, { requestId, header });
      expectSameAnswer(first, second, 'the retry with another minor version');
    },
  },
  {
    id: 'idempotency/replay-checks-timestamp',
    requirements: ['IDEM-10'],
    level: 'MUST',
    expects: 'Refuses a retry that is an hour old with 400 REQUEST_TIMESTAMP_OUT_OF_RANGE.',
    run: async (trial) => {
      const request = declinable(trial);
      expectResult(await request.call(), 'INVALID_PHONE_NUMBER');
      const old = await request.call({}, trial.google.world.clock.nowMs() - 3_600_000);
      expectError(old, 400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
    },
  },
  {
    id: 'idempotency/request-id-is-case-sensitive',
    requirements: ['HDR-1', 'IDEM-9'],
    level: 'MUST',
    expects: 'Takes two request ids that differ only in case for two requests.',
    run: async (trial) => {
      const requestId = trial.google.id('case');
      const members = () => ({ accountPhoneNumber: '+0', smsMatchingToken: trial.google.token() });
      expectResult(await trial.call('sendOtp', members(), { requestId }), 'INVALID_PHONE_NUMBER');
      const upper = await trial.call('sendOtp', members(), { requestId: requestId.toUpperCase() });
      expectResult(upper, 'INVALID_PHONE_NUMBER');
    },
  },
];
