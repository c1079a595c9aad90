import type { Check } from '../check.ts';
import { expectError, expectProcessed, expectResult, expectSameAnswer } from '../expectations.ts';
import { type Trial, wrongCode } from '../trial.ts';
import { again, declinable } from './repeatable.ts';

/** The same request id with another parameter after a processed request. */
function conflict(
  name: string,
  what: string,
  changed: (trial: Trial) => Readonly<Record<string, unknown>>,
): Check {
  return {
    id: `idempotency/refuses-changed-${name}`,
    requirements: ['IDEM-5', 'IDEM-6'],
    level: 'MUST',
    expects: `Refuses a processed request id with ${what} with 412 IDEMPOTENCY_VIOLATION.`,
    run: async (trial) => {
      const request = declinable(trial);
      expectResult(await request.call(), 'INVALID_PHONE_NUMBER');
      expectError(await request.call(changed(trial)), 412, 'IDEMPOTENCY_VIOLATION');
    },
  };
}

/** The same request id for something else. */
export const conflictChecks: readonly Check[] = [
  conflict('token', 'another smsMatchingToken', (trial) => ({ smsMatchingToken: trial.google.token() })),
  conflict('phone-number', 'another accountPhoneNumber', () => ({ accountPhoneNumber: '+00' })),
  conflict('context', 'an otpContext that was not there', () => ({ otpContext: { mandateCreation: {} } })),
  {
    id: 'idempotency/refuses-changed-context-member',
    requirements: ['IDEM-5', 'IDEM-6'],
    level: 'MUST',
    expects:
      'Refuses a processed request id with another member of otpContext with 412 IDEMPOTENCY_VIOLATION.',
    run: async (trial) => {
      const request = declinable(trial);
      expectResult(await request.call({ otpContext: { association: {} } }), 'INVALID_PHONE_NUMBER');
      expectError(await request.call({ otpContext: { mandateCreation: {} } }), 412, 'IDEMPOTENCY_VIOLATION');
    },
  },
  {
    id: 'idempotency/refuses-changed-success',
    requirements: ['IDEM-6'],
    level: 'MUST',
    expects:
      'Refuses the request id of a sent code with another accountPhoneNumber with 412, and sends nothing.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const accountPhoneNumber = '+0';
      expectError(await again(trial, sent, { accountPhoneNumber }), 412, 'IDEMPOTENCY_VIOLATION');
    },
  },
  {
    id: 'idempotency/conflict-keeps-first-answer',
    requirements: ['IDEM-6'],
    level: 'MUST',
    expects: 'Still replays the first answer after the same request id was refused with other parameters.',
    run: async (trial) => {
      const request = declinable(trial);
      const first = await request.call();
      expectResult(first, 'INVALID_PHONE_NUMBER');
      await request.call({ smsMatchingToken: trial.google.token() });
      expectSameAnswer(first, await request.call(), 'the retry after a conflict');
    },
  },
  {
    id: 'idempotency/refuses-changed-otp',
    requirements: ['IDEM-6', 'VO-1'],
    level: 'MUST',
    expects: 'Refuses the request id of a verifyOtp with another otp with 412 IDEMPOTENCY_VIOLATION.',
    texts: 1,
    wrongCodes: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      const requestId = trial.google.id('otp');
      expectResult(await trial.verify(sent, wrongCode(code), { requestId }), 'OTP_NOT_MATCHED');
      expectError(await trial.verify(sent, code, { requestId }), 412, 'IDEMPOTENCY_VIOLATION');
    },
  },
  {
    id: 'idempotency/refuses-changed-echo',
    requirements: ['IDEM-1', 'IDEM-6', 'OQ-22'],
    level: 'MUST',
    expects: 'Refuses the request id of an echo with another clientMessage with 412 IDEMPOTENCY_VIOLATION.',
    echoes: 2,
    run: async (trial) => {
      const requestId = trial.google.id('echo');
      expectProcessed(await trial.call('echo', { clientMessage: 'first' }, { requestId }));
      const answer = await trial.call('echo', { clientMessage: 'second' }, { requestId });
      expectError(answer, 412, 'IDEMPOTENCY_VIOLATION');
    },
  },
  {
    id: 'idempotency/scoped-per-method',
    requirements: ['VO-6', 'IDEM-9'],
    level: 'MUST',
    expects:
      'Processes a verifyOtp that has the request id of its own sendOtp, as the reference’s example does.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      expectResult(await trial.verify(sent, code, { requestId: sent.requestId }), 'SUCCESS');
    },
  },
  {
    id: 'idempotency/scoped-per-method-echo',
    requirements: ['VO-6', 'IDEM-9'],
    level: 'MUST',
    expects: 'Processes an echo that has the request id of an earlier sendOtp.',
    echoes: 1,
    run: async (trial) => {
      const request = declinable(trial);
      expectResult(await request.call(), 'INVALID_PHONE_NUMBER');
      expectProcessed(
        await trial.call('echo', { clientMessage: 'same id' }, { requestId: request.requestId }),
      );
    },
  },
];
