import type { Answer } from '../../google/answer.ts';
import type { Check } from '../check.ts';
import { expectResult, expectSameAnswer, told } from '../expectations.ts';
import type { Trial } from '../trial.ts';
import { must, NotTested } from '../verdicts.ts';

/** Ten calls at the same moment, over connections that are open already. */
async function twins(trial: Trial, call: () => Promise<Answer>): Promise<Answer[]> {
  const ten = (make: () => Promise<Answer>) => Promise.all(Array.from({ length: 10 }, make));
  await ten(() => trial.probe());
  return ten(call);
}

/** Some may have been told to come again while the first was at work. [OQ-8] */
function finished(answers: readonly Answer[]): Answer[] {
  for (const answer of answers) {
    must([200, 409].includes(answer.http.status), `a twin was answered ${told(answer)}`);
  }
  return answers.filter((answer) => answer.http.status === 200);
}

function expectAlike(answers: readonly Answer[]): void {
  const [first, ...others] = finished(answers);
  must(first !== undefined, 'all ten twins were answered 409');
  for (const other of others) expectSameAnswer(first, other, 'a twin');
}

async function tenSends(trial: Trial) {
  const subject = await trial.borrow();
  await trial.world.subjects.beforeText(subject);
  const mailbox = await trial.world.mailboxes?.open(subject.phoneNumber);
  const requestId = trial.google.id('twin');
  const members = {
    accountPhoneNumber: subject.phoneNumber,
    smsMatchingToken: trial.google.token(),
    otpContext: { association: {} },
  };
  const answers = await twins(trial, () => trial.call('sendOtp', members, { requestId }));
  for (const answer of finished(answers)) expectResult(answer, 'SUCCESS');
  return { answers, mailbox };
}

/** Equal requests at the same moment: the key is claimed before the effect. [IDEM-11] */
export const twinChecks: readonly Check[] = [
  {
    id: 'idempotency/simultaneous-sends-text-once',
    requirements: ['IDEM-11', 'IDEM-2'],
    level: 'MUST',
    expects: 'Sends one text for ten equal sendOtp requests that arrive at once.',
    texts: 1,
    run: async (trial) => {
      if (trial.world.mailboxes === undefined) throw new NotTested('needs whole texts from the setting sms');
      const { mailbox } = await tenSends(trial);
      const count = await trial.countTexts(mailbox);
      must(count === 1, `${count} texts came`);
    },
  },
  {
    id: 'idempotency/simultaneous-sends-answer-alike',
    requirements: ['IDEM-11', 'IDEM-5', 'OQ-8'],
    level: 'MUST',
    expects: 'Gives ten equal sendOtp requests that arrive at once the same answer, or 409 to some.',
    texts: 1,
    run: async (trial) => expectAlike((await tenSends(trial)).answers),
  },
  {
    id: 'idempotency/simultaneous-verifies-answer-alike',
    requirements: ['IDEM-11', 'VO-3'],
    level: 'MUST',
    expects:
      'Answers ten equal verifyOtp requests with the right code that arrive at once with SUCCESS, or some with 409.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      const requestId = trial.google.id('twin');
      const answers = await twins(trial, () => trial.verify(sent, code, { requestId }));
      for (const answer of finished(answers)) expectResult(answer, 'SUCCESS');
      expectAlike(answers);
    },
  },
  {
    id: 'idempotency/right-code-succeeds-once',
    requirements: ['VO-2', 'IDEM-11'],
    level: 'MUST',
    expects: 'Accepts a code once when ten different verifyOtp requests with it arrive at once.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      const code = await trial.code(sent);
      const answers = await twins(trial, () => trial.verify(sent, code));
      for (const answer of finished(answers)) expectResult(answer, 'SUCCESS', 'OTP_ALREADY_USED');
      const successes = answers.filter((answer) => answer.message?.result === 'SUCCESS').length;
      must(successes === 1, `the code was accepted ${successes} times`);
    },
  },
];
