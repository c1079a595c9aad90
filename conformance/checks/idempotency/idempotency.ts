import { text } from '../../google/answer.ts';
import type { Check } from '../check.ts';
import { expectError, expectResult, told } from '../expectations.ts';
import { must, NotTested } from '../verdicts.ts';
import { conflictChecks } from './conflicts.ts';
import { again, declinable } from './repeatable.ts';
import { replayChecks } from './replays.ts';
import { twinChecks } from './twins.ts';

/** An error is never kept: the same request id may come again and succeed. */
const errors: readonly Check[] = [
  {
    id: 'idempotency/error-is-re-evaluated',
    requirements: ['IDEM-3', 'IDEM-4', 'IDEM-7', 'ERR-6'],
    level: 'MUST',
    expects: 'Processes a corrected request with the request id of one that was refused with 400.',
    run: async (trial) => {
      const request = declinable(trial);
      expectError(await request.call({ smsMatchingToken: undefined }), 400, 'MISSING_REQUIRED_FIELD');
      expectResult(await request.call(), 'INVALID_PHONE_NUMBER');
    },
  },
  {
    id: 'idempotency/late-request-is-re-evaluated',
    requirements: ['IDEM-3', 'HDR-5', 'ERR-6'],
    level: 'MUST',
    expects: 'Processes a request that was refused for its timestamp once it comes with a fresh one.',
    run: async (trial) => {
      const request = declinable(trial);
      const oldMs = trial.google.world.clock.nowMs() - 3_600_000;
      expectError(await request.call({}, oldMs), 400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
      expectResult(await request.call(), 'INVALID_PHONE_NUMBER');
    },
  },
  {
    id: 'idempotency/unknown-identifier-is-re-evaluated',
    requirements: ['IDEM-3', 'IDEM-4', 'ERR-6'],
    level: 'MUST',
    expects: 'Processes a verifyOtp that was refused with 404 once its sendOtp was made.',
    texts: 1,
    run: async (trial) => {
      const sendOtpRequestId = trial.google.id('later');
      const requestId = trial.google.id('early');
      const early = await trial.verify({ requestId: sendOtpRequestId }, '000000', { requestId });
      expectError(early, 404, 'INVALID_IDENTIFIER');
      const sent = await trial.send({ call: { requestId: sendOtpRequestId } });
      const code = await trial.code(sent);
      expectResult(await trial.verify(sent, code, { requestId }), 'SUCCESS');
    },
  },
  {
    id: 'idempotency/error-binds-no-parameters',
    requirements: ['IDEM-7'],
    level: 'MUST',
    expects:
      'Judges a request on its merits, not with 412, when the same request id failed with other parameters.',
    run: async (trial) => {
      const requestId = trial.google.id('unbound');
      expectError(await trial.probe({ requestId }), 404, 'INVALID_IDENTIFIER');
      const other = await trial.probe({ requestId });
      must(other.http.status === 404, `the other request was answered ${told(other)}`);
    },
  },
  {
    id: 'idempotency/replay-keeps-integrator-id',
    requirements: ['IDEM-5'],
    level: 'MUST',
    expects: 'Gives the same paymentIntegratorSendOtpId to a retry, and another to another request.',
    texts: 2,
    run: async (trial) => {
      const sent = await trial.send();
      const first = text(sent.answer, 'paymentIntegratorSendOtpId');
      if (first === undefined) throw new NotTested('the endpoint gives no paymentIntegratorSendOtpId');
      must(
        text(await again(trial, sent), 'paymentIntegratorSendOtpId') === first,
        'the retry has another id',
      );
      const other = await trial.send();
      must(text(other.answer, 'paymentIntegratorSendOtpId') !== first, 'two requests have the same id');
    },
  },
];

export const idempotencyChecks: readonly Check[] = [
  ...replayChecks,
  ...conflictChecks,
  ...errors,
  ...twinChecks,
];
