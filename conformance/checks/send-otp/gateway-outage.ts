import { setTimeout as pause } from 'node:timers/promises';
import { text } from '../../google/answer.ts';
import { duringGatewayOutage } from '../../subjects/gateway-outage.ts';
import type { Check } from '../check.ts';
import { expectProcessed, expectResult } from '../expectations.ts';
import type { Sent, Trial } from '../trial.ts';
import { must, NotTested } from '../verdicts.ts';

const PAUSE_MS = 500;

/** Nobody's phone gets anything. Late, since no other text arrives meanwhile. */
export const gatewayOutageChecks: readonly Check[] = [
  {
    id: 'send-otp/gateway-refusal-is-told',
    requirements: ['SO-7', 'HTTP-1'],
    level: 'MUST',
    expects: 'Answers MESSAGE_UNABLE_TO_BE_SENT while its gateway refuses every text.',
    phase: 'late',
    run: async (trial) => {
      expectResult((await sendInVain(trial)).answer, 'MESSAGE_UNABLE_TO_BE_SENT');
    },
  },
  {
    id: 'send-otp/refused-text-never-comes',
    requirements: ['SO-7', 'OQ-11'],
    level: 'MUST',
    expects: 'Sends no text later for a request that it answered with MESSAGE_UNABLE_TO_BE_SENT.',
    phase: 'late',
    run: async (trial) => {
      const sent = await sendInVain(trial);
      expectToldSo(sent);
      must((await trial.countTexts(sent.mailbox)) === 0, 'a text came all the same');
    },
  },
  {
    id: 'send-otp/retry-after-gateway-refusal',
    requirements: ['OQ-11'],
    level: 'SHOULD',
    expects:
      'Answers SUCCESS to a retry with the same request id once its gateway takes texts again, with a code that is right.',
    texts: 1,
    phase: 'late',
    run: async (trial) => {
      const sent = await sendInVain(trial);
      expectToldSo(sent);
      const answer = await retryUntilSent(trial, sent);
      expectResult(answer, 'SUCCESS');
      if (trial.world.reader === undefined) return;
      expectResult(await trial.verify(sent, await trial.code({ ...sent, answer })), 'SUCCESS');
    },
  },
];

/** A sendOtp for a known subject at a time when no text can be sent. */
async function sendInVain(trial: Trial): Promise<Sent> {
  const subject = await trial.borrow();
  return duringGatewayOutage(trial.world, () => trial.attemptSend(subject));
}

/** What else was answered is for another check to judge. */
function expectToldSo({ answer }: Sent): void {
  const { result } = expectProcessed(answer);
  if (result !== 'MESSAGE_UNABLE_TO_BE_SENT')
    throw new NotTested(`the answer while the gateway refused was ${String(result)}`);
}

/** An endpoint that stopped asking a gateway which refused may need a while to ask it again. */
async function retryUntilSent(trial: Trial, { requestId, members }: Sent) {
  const untilMs = performance.now() + trial.settings.textMs;
  for (;;) {
    const answer = await trial.call('sendOtp', members, { requestId });
    if (text(answer, 'result') !== 'MESSAGE_UNABLE_TO_BE_SENT' || performance.now() > untilMs) return answer;
    await pause(PAUSE_MS);
  }
}
