import type { ChallengeEvent } from '../../ports/challenge.ts';
import type {
  SettlementDecision,
  SettlementFacts,
  StoredAnswer,
  SubmissionText,
} from '../../ports/otp-store.ts';
import { bucketsOf } from '../limits/text-counts.ts';
import { moved } from './moved.ts';

/** What became of a submission. */
export interface SubmissionNews {
  /** `submissions` of the challenge as issued or resumed: which of its submissions this is about. */
  readonly submission: number;
  /** `sent`: accepted. `issued`: refused. `ambiguous`: unknown. */
  readonly state: 'sent' | 'issued' | 'ambiguous';
  readonly event: ChallengeEvent;
  /** `undefined` on a refusal. */
  readonly text: SubmissionText | undefined;
  /** `undefined`: late news of a submission that was already given up as unknown. */
  readonly answer: StoredAnswer | undefined;
  readonly retryable: boolean;
}

/**
 * What the news of a submission makes of its challenge and its request. A code may have been verified, used up or
 * superseded before the gateway's answer was recorded, and a text that is out stays out: only an open submission changes
 * its state. Whichever text of it a gateway took, its code is out, and nothing sends it again. Pure. [SO-7, OQ-11, OQ-28]
 */
export function judgeSettlement(facts: SettlementFacts, news: SubmissionNews): SettlementDecision {
  const { state, submissions } = facts;
  // No other submission of the challenge was begun since.
  const current = submissions === news.submission;
  const open = state === 'submitting' || state === 'ambiguous';
  const applies = current && (open || news.answer !== undefined);
  const proves = open && news.state === 'sent'; // [OQ-28]
  const refused = applies && news.state === 'issued';
  const left = Math.max(0, submissions - (refused ? 1 : 0));
  // This text won't come, but one that was submitted before it still may. [OQ-28]
  const told = refused && left > 0 ? 'ambiguous' : news.state;
  return {
    request: answered(facts, news, current),
    state: (applies && open) || proves ? moved(state, told) : state,
    submissions: left,
    event: news.event,
    // A second submission may go to another gateway. What is only supposed of an earlier one says nothing of it.
    text: current || proves ? news.text : undefined,
    refused,
    // The newest one is that of this submission.
    counted: refused ? facts.counted.slice(0, -1) : undefined,
    lower: refused ? bucketsOf(facts.counted.at(-1)) : [],
  };
}

/**
 * What was answered first is replayed for good; and who took over the claim speaks for the request, unless a gateway has
 * the text. [IDEM-2]
 */
function answered(
  { requestState }: SettlementFacts,
  { answer, retryable, state }: SubmissionNews,
  current: boolean,
): SettlementDecision['request'] {
  const speaks = current || state === 'sent';
  if (answer === undefined || !speaks || requestState === 'completed') return undefined;
  return { state: retryable ? 'released' : 'completed', answer, reason: '' };
}
