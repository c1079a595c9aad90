import type { Check } from './check.ts';
import { type ErrorResponseCode, expectError, expectResult, told } from './expectations.ts';
import { wrongCode } from './trial.ts';
import { must } from './verdicts.ts';

const codes: readonly Check[] = [
  {
    id: 'verify-otp/right-code',
    requirements: ['VO-1', 'SO-6', 'HTTP-1'],
    level: 'MUST',
    expects: 'Answers SUCCESS to the code that was sent.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      expectResult(await trial.verify(sent, await trial.code(sent)), 'SUCCESS');
    },
  },
  {
    id: 'verify-otp/wrong-code',
    requirements: ['VO-1', 'ERR-3'],
    level: 'MUST',
    expects: 'Answers OTP_NOT_MATCHED to another code.',
    texts: 1,
    wrongCodes: 1,
    run: async (trial) => {
      const sent = await trial.send();
      expectResult(await trial.verify(sent, wrongCode(await trial.code(sent))), 'OTP_NOT_MATCHED');
    },
  },
  {
    id: 'verify-otp/right-code-after-wrong-one',
    requirements: ['VO-1'],
    level: 'MUST',
    expects: 'Answers SUCCESS to the right code after one wrong code.',
    texts: 1,
    wrongCodes: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      expectResult(await trial.verify(sent, wrongCode(code)), 'OTP_NOT_MATCHED');
      expectResult(await trial.verify(sent, code), 'SUCCESS');
    },
  },
  {
    id: 'verify-otp/used-code',
    requirements: ['VO-2'],
    level: 'MUST',
    expects: 'Answers OTP_ALREADY_USED to a code that was accepted before, under a new request id.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      expectResult(await trial.verify(sent, code), 'SUCCESS');
      expectResult(await trial.verify(sent, code), 'OTP_ALREADY_USED');
    },
  },
  {
    id: 'verify-otp/wrong-code-after-use',
    requirements: ['OQ-5'],
    level: 'SHOULD',
    expects: 'Answers OTP_NOT_MATCHED to a wrong code after the right one was accepted.',
    texts: 1,
    wrongCodes: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      expectResult(await trial.verify(sent, code), 'SUCCESS');
      expectResult(await trial.verify(sent, wrongCode(code)), 'OTP_NOT_MATCHED');
    },
  },
  {
    id: 'verify-otp/part-of-code',
    requirements: ['VO-1', 'VO-8'],
    level: 'MUST',
    expects: 'Does not accept the code without its last character.',
    texts: 1,
    wrongCodes: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const answer = await trial.verify(sent, (await trial.code(sent)).slice(0, -1));
      must(answer.message?.result !== 'SUCCESS', 'part of the code was accepted');
    },
  },
  {
    id: 'verify-otp/code-with-more',
    requirements: ['VO-1', 'VO-8'],
    level: 'MUST',
    expects: 'Does not accept the code with a digit after it.',
    texts: 1,
    wrongCodes: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const answer = await trial.verify(sent, `${await trial.code(sent)}0`);
      must(answer.message?.result !== 'SUCCESS', 'the code with a digit more was accepted');
    },
  },
  {
    id: 'verify-otp/code-of-another-request',
    requirements: ['VO-1', 'SO-6'],
    level: 'MUST',
    expects: 'Does not accept the code of another subject’s sendOtp.',
    texts: 2,
    wrongCodes: 1,
    phase: 'late',
    run: async (trial) => {
      const mine = await trial.send();
      const code = await trial.code(mine);
      const others = await trial.send();
      let otherCode = await trial.code(others);
      if (otherCode === code) otherCode = wrongCode(code);
      expectResult(await trial.verify(mine, otherCode), 'OTP_NOT_MATCHED');
    },
  },
  {
    id: 'verify-otp/code-by-association-id',
    requirements: ['VO-1', 'FLOW-1'],
    level: 'MUST',
    expects: 'Answers SUCCESS to a code that was asked for by associationId.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send({ by: 'associationId' });
      expectResult(await trial.verify(sent, await trial.code(sent)), 'SUCCESS');
    },
  },
  {
    id: 'verify-otp/superseded-code',
    requirements: ['OQ-14', 'FLOW-5'],
    level: 'SHOULD',
    expects: 'Answers OTP_NOT_MATCHED to an older code of a subject that got a newer one.',
    texts: 2,
    wrongCodes: 1,
    run: async (trial) => {
      const older = await trial.send();
      const code = await trial.code(older);
      await trial.send({ subject: older.subject });
      expectResult(await trial.verify(older, code), 'OTP_NOT_MATCHED');
    },
  },
  {
    id: 'verify-otp/newest-code',
    requirements: ['VO-1', 'OQ-14'],
    level: 'MUST',
    expects: 'Answers SUCCESS to the newest code of a subject that got two.',
    texts: 2,
    run: async (trial) => {
      const older = await trial.send();
      await trial.code(older);
      const newer = await trial.send({ subject: older.subject });
      expectResult(await trial.verify(newer, await trial.code(newer)), 'SUCCESS');
    },
  },
  {
    id: 'verify-otp/exhausted-code',
    requirements: ['OQ-5', 'SO-13'],
    level: 'SHOULD',
    expects: 'Answers OTP_NOT_MATCHED to the right code after as many wrong ones as limits.wrongCodesMax.',
    texts: 1,
    wrongCodes: 5,
    phase: 'late',
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      trial.world.subjects.spend(sent.subject, 'locked by wrong codes');
      for (let attempt = 0; attempt < trial.settings.wrongCodesMax; attempt += 1) {
        expectResult(await trial.verify(sent, wrongCode(code)), 'OTP_NOT_MATCHED');
      }
      expectResult(await trial.verify(sent, code), 'OTP_NOT_MATCHED');
    },
  },
  {
    id: 'verify-otp/declined-send',
    requirements: ['OQ-5'],
    level: 'SHOULD',
    expects: 'Answers OTP_NOT_MATCHED to any code for a sendOtp that was declined.',
    run: async (trial) => {
      const requestId = trial.google.id('declined');
      expectResult(await trial.declined({ requestId }), 'INVALID_PHONE_NUMBER');
      expectResult(await trial.verify({ requestId }, '000000'), 'OTP_NOT_MATCHED');
    },
  },
];

/** Members that a right endpoint refuses with 400 and one of these codes. */
function refused(
  name: string,
  requirements: readonly string[],
  what: string,
  members: Readonly<Record<string, unknown>>,
  allowed: readonly ErrorResponseCode[],
  level: Check['level'] = 'MUST',
): Check {
  return {
    id: `verify-otp/refuses-${name}`,
    requirements,
    level,
    expects: `Refuses ${what} with 400 ${allowed.join(' or ')}.`,
    run: async (trial) => expectError(await trial.probe({}, members), 400, ...allowed),
  };
}

const requests: readonly Check[] = [
  refused('missing-code', ['ORD-1'], 'a missing otp', { otp: undefined }, ['MISSING_REQUIRED_FIELD']),
  refused('missing-id', ['ORD-1'], 'a missing sendOtpRequestId', { sendOtpRequestId: undefined }, [
    'MISSING_REQUIRED_FIELD',
  ]),
  refused('numeric-code', ['OQ-4', 'VO-8'], 'an otp that is a number', { otp: 123456 }, [
    'INVALID_FIELD_VALUE',
  ]),
  refused('numeric-id', ['OQ-4'], 'a sendOtpRequestId that is a number', { sendOtpRequestId: 5 }, [
    'INVALID_FIELD_VALUE',
  ]),
  {
    id: 'verify-otp/unknown-id',
    requirements: ['VO-5', 'HTTP-2'],
    level: 'MUST',
    expects: 'Refuses a sendOtpRequestId that never was with 404 INVALID_IDENTIFIER.',
    run: async (trial) => expectError(await trial.probe(), 404, 'INVALID_IDENTIFIER'),
  },
  {
    id: 'verify-otp/id-is-case-sensitive',
    requirements: ['HDR-1', 'SO-6'],
    level: 'MUST',
    expects: 'Does not find a sendOtp under its request id in another case.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const answer = await trial.verify({ requestId: sent.requestId.toUpperCase() }, '000000');
      expectError(answer, 404, 'INVALID_IDENTIFIER');
    },
  },
  {
    id: 'verify-otp/enormous-code',
    requirements: ['VO-1', 'HTTP-2'],
    level: 'MUST',
    expects: 'Does not stumble over an otp of 5,000 characters: an answer below 500.',
    run: async (trial) => {
      const answer = await trial.probe({}, { otp: '1'.repeat(5000) });
      must(answer.http.status < 500, `the answer was ${told(answer)}`);
    },
  },
];

export const verifyOtpChecks: readonly Check[] = [...codes, ...requests];
