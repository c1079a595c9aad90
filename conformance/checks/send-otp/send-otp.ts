import { text } from '../../google/answer.ts';
import type { SubjectState } from '../../run/config.ts';
import type { Check } from '../check.ts';
import { expectError, expectNamesIdentifier, expectProcessed, expectResult } from '../expectations.ts';
import { must, NotTested } from '../verdicts.ts';
import { gatewayOutageChecks } from './gateway-outage.ts';
import { sendOtpRequestChecks } from './send-otp-request.ts';
import { smsContentChecks } from './sms-content.ts';

/** What a subject in some state gets, by one of its identifiers. Nothing is sent. */
function decline(
  state: SubjectState,
  by: 'phoneNumber' | 'associationId',
  result: string,
  requirements: readonly string[],
  level: Check['level'] = 'MUST',
): Check {
  const words = state.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const name = by === 'phoneNumber' ? 'accountPhoneNumber' : 'associationId';
  return {
    id: `send-otp/${words}-by-${by === 'phoneNumber' ? 'phone-number' : 'association-id'}`,
    requirements,
    level,
    expects: `Declines an ${name} of subjects.${state} with ${result}.`,
    run: async (trial) => {
      const identifier = { [name]: trial.subject(state, by) };
      const answer = await trial.call('sendOtp', { ...identifier, smsMatchingToken: trial.google.token() });
      expectResult(answer, result);
    },
  };
}

const declines: readonly Check[] = [
  decline('unknown', 'phoneNumber', 'UNKNOWN_PHONE_NUMBER', ['SO-12', 'HTTP-1', 'ERR-9']),
  decline('notEligible', 'phoneNumber', 'NOT_ELIGIBLE', ['OQ-29', 'HTTP-1']),
  decline('notEligible', 'associationId', 'NOT_ELIGIBLE', ['FLOW-1', 'HTTP-1']),
  decline('closed', 'associationId', 'ACCOUNT_CLOSED', ['SO-10', 'FLOW-1']),
  decline('closedAccountTakenOver', 'associationId', 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER', [
    'SO-10',
    'FLOW-1',
  ]),
  decline('closedFraud', 'associationId', 'ACCOUNT_CLOSED_FRAUD', ['SO-10', 'FLOW-1']),
  decline('closed', 'phoneNumber', 'UNKNOWN_PHONE_NUMBER', ['SO-10', 'SO-14']),
  decline('closedAccountTakenOver', 'phoneNumber', 'UNKNOWN_PHONE_NUMBER', ['SO-10', 'SO-14']),
  decline('closedFraud', 'phoneNumber', 'UNKNOWN_PHONE_NUMBER', ['SO-10', 'SO-14']),
  decline(
    'withoutPhoneNumber',
    'associationId',
    'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT',
    ['OQ-2'],
    'SHOULD',
  ),
  decline('undeliverable', 'phoneNumber', 'MESSAGE_UNABLE_TO_BE_SENT', ['SO-7']),
  {
    id: 'send-otp/unknown-by-association-id',
    requirements: ['SO-12', 'ERR-5', 'OQ-2'],
    level: 'MUST',
    expects: 'Refuses an associationId that nobody has with 404 INVALID_IDENTIFIER that names it.',
    run: async (trial) => {
      const associationId = trial.google.id('nobody');
      const answer = await trial.call('sendOtp', { associationId, smsMatchingToken: trial.google.token() });
      expectError(answer, 404, 'INVALID_IDENTIFIER');
      if (answer.message !== undefined)
        expectNamesIdentifier(answer, /association[-_ ]?id/i, 'associationId');
    },
  },
];

const successes: readonly Check[] = [
  {
    id: 'send-otp/known-by-phone-number',
    requirements: ['SO-1', 'SO-7', 'HTTP-1'],
    level: 'MUST',
    expects: 'Answers SUCCESS for the accountPhoneNumber of a known subject.',
    texts: 1,
    run: async (trial) => {
      await trial.send();
    },
  },
  {
    id: 'send-otp/known-by-association-id',
    requirements: ['SO-1', 'SO-2', 'FLOW-2'],
    level: 'MUST',
    expects: 'Answers SUCCESS for the associationId of a known subject.',
    texts: 1,
    run: async (trial) => {
      await trial.send({ by: 'associationId' });
    },
  },
  {
    id: 'send-otp/association-id-reaches-its-phone',
    requirements: ['FLOW-1', 'SO-7'],
    level: 'MUST',
    expects: 'Sends the text for an associationId to the phone on file for it.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send({ by: 'associationId' });
      await trial.text(sent);
    },
  },
  {
    id: 'send-otp/without-context',
    requirements: ['SO-5'],
    level: 'MUST',
    expects: 'Answers SUCCESS for a request without otpContext.',
    texts: 1,
    run: async (trial) => {
      await trial.send({ members: { otpContext: undefined } });
    },
  },
  {
    id: 'send-otp/context-mandate-creation',
    requirements: ['SO-8'],
    level: 'MUST',
    expects: 'Answers SUCCESS for the otpContext mandateCreation.',
    texts: 1,
    run: async (trial) => {
      await trial.send({ members: { otpContext: { mandateCreation: {} } } });
    },
  },
  {
    id: 'send-otp/context-association-with-mandate-creation',
    requirements: ['SO-8'],
    level: 'MUST',
    expects: 'Answers SUCCESS for the otpContext associationWithMandateCreation.',
    texts: 1,
    run: async (trial) => {
      await trial.send({ members: { otpContext: { associationWithMandateCreation: {} } } });
    },
  },
  {
    id: 'send-otp/empty-object-with-members',
    requirements: ['JSON-4', 'JSON-3'],
    level: 'MUST',
    expects: 'Ignores members inside the empty object of an otpContext.',
    texts: 1,
    run: async (trial) => {
      await trial.send({ members: { otpContext: { association: { newInSomeMinorVersion: 1 } } } });
    },
  },
  {
    id: 'send-otp/integrator-id-is-a-string',
    requirements: ['SO-6'],
    level: 'MUST',
    expects: 'Gives paymentIntegratorSendOtpId, if at all, as a string.',
    run: async (trial) => {
      const message = expectProcessed(await trial.declined());
      const id = message.paymentIntegratorSendOtpId;
      must(id === undefined || typeof id === 'string', 'paymentIntegratorSendOtpId is no string');
    },
  },
];

const bothIdentifiers: readonly Check[] = [
  {
    id: 'send-otp/both-identifiers-agree',
    requirements: ['SO-OLD-1', 'OQ-1'],
    level: 'SHOULD',
    expects: 'Answers SUCCESS when accountPhoneNumber is the phone on file for associationId.',
    texts: 1,
    run: async (trial) => {
      if (trial.world.config.bothIdentifiers === false)
        throw new NotTested('bothIdentifiers is switched off');
      await trial.send({ by: 'both' });
    },
  },
  {
    id: 'send-otp/both-identifiers-differ',
    requirements: ['SO-OLD-2', 'OQ-1'],
    level: 'MUST',
    expects: 'Declines an accountPhoneNumber that is not on file for associationId, and sends nothing.',
    run: async (trial) => {
      if (trial.world.config.bothIdentifiers === false)
        throw new NotTested('bothIdentifiers is switched off');
      const subject = await trial.borrow((known) => known.associationId !== undefined);
      const mailbox = await trial.world.mailboxes?.open(subject.phoneNumber);
      const answer = await trial.call('sendOtp', {
        associationId: subject.associationId,
        accountPhoneNumber: trial.subject('unknown', 'phoneNumber'),
        smsMatchingToken: trial.google.token(),
      });
      expectResult(answer, 'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT');
      if (mailbox !== undefined)
        must((await trial.countTexts(mailbox)) === 0, 'a text was sent all the same');
    },
  },
];

const effects: readonly Check[] = [
  {
    id: 'send-otp/refused-request-sends-no-text',
    requirements: ['ORD-2'],
    level: 'MUST',
    expects: 'Sends no text for a request that it refuses for its timestamp, version or token.',
    run: async (trial) => {
      const subject = await trial.borrow();
      const mailbox = await trial.world.mailboxes?.open(subject.phoneNumber);
      if (mailbox === undefined) throw new NotTested('needs whole texts from the setting sms');
      const members = { accountPhoneNumber: subject.phoneNumber, smsMatchingToken: trial.google.token() };
      const timestampMs = trial.google.world.clock.nowMs() - 3_600_000;
      await trial.call('sendOtp', members, { timestampMs });
      await trial.call('sendOtp', members, {
        header: { protocolVersion: { major: 9, minor: 0, revision: 0 } },
      });
      await trial.call('sendOtp', { ...members, smsMatchingToken: 'short' });
      must((await trial.countTexts(mailbox)) === 0, 'a refused request sent a text');
    },
  },
  {
    id: 'send-otp/new-request-new-code',
    requirements: ['SMS-10', 'SO-6'],
    level: 'SHOULD',
    expects: 'Makes a new code for a new request id.',
    texts: 2,
    run: async (trial) => {
      const codes = [await trial.code(await trial.send()), await trial.code(await trial.send())];
      must(codes[0] !== codes[1], 'two requests got the same code');
    },
  },
  {
    id: 'send-otp/locale-changes-no-text',
    requirements: ['HDR-8'],
    level: 'MUST',
    expects: 'Words the text alike whatever userLocale says.',
    texts: 2,
    run: async (trial) => {
      const subject = await trial.borrow();
      const worded = async (userLocale: string) => {
        const sent = await trial.send({ subject, call: { header: { userLocale } } });
        const shown = (await trial.text(sent)).replaceAll(sent.token, '');
        return shown.replaceAll(/(?<![A-Z0-9])[A-Z]*\d[A-Z0-9]*/gi, '#');
      };
      must((await worded('pt-BR')) === (await worded('de-DE')), 'the text changes with userLocale');
    },
  },
  {
    id: 'send-otp/checks-timestamp',
    requirements: ['HDR-4'],
    level: 'MUST',
    expects: 'Refuses a sendOtp that is an hour old with 400 REQUEST_TIMESTAMP_OUT_OF_RANGE.',
    run: async (trial) => {
      const timestampMs = trial.google.world.clock.nowMs() - 3_600_000;
      expectError(await trial.declined({ timestampMs }), 400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
    },
  },
  {
    id: 'send-otp/checks-json',
    requirements: ['JSON-1'],
    level: 'MUST',
    expects: 'Refuses a sendOtp with a trailing comma with 400 INVALID_DECRYPTED_REQUEST.',
    run: async (trial) => {
      const rewrite = (json: string) => `${json.slice(0, -1)},}`;
      expectError(await trial.declined({ rewrite }), 400, 'INVALID_DECRYPTED_REQUEST');
    },
  },
];

const limits: readonly Check[] = [
  {
    id: 'send-otp/exhausted-subject-reaches-limit',
    requirements: ['SO-13', 'OQ-5'],
    level: 'SHOULD',
    expects: 'Answers OTP_LIMIT_REACHED to a sendOtp after as many wrong codes as limits.wrongCodesMax.',
    texts: 1,
    wrongCodes: 5,
    phase: 'late',
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      trial.world.subjects.spend(sent.subject, 'locked by wrong codes');
      const wrong = code.slice(0, -1) + (code.endsWith('7') ? '3' : '7');
      for (let attempt = 0; attempt < trial.settings.wrongCodesMax; attempt += 1) {
        expectResult(await trial.verify(sent, wrong), 'OTP_NOT_MATCHED');
      }
      const next = await trial.attemptSend(sent.subject);
      must(text(next.answer, 'result') === 'OTP_LIMIT_REACHED', 'the locked subject got another code');
    },
  },
];

export const sendOtpChecks: readonly Check[] = [
  ...successes,
  ...declines,
  ...bothIdentifiers,
  ...sendOtpRequestChecks,
  ...smsContentChecks,
  ...effects,
  ...gatewayOutageChecks,
  ...limits,
];
