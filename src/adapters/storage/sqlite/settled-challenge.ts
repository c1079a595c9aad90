import type { ChallengeState } from '../../../ports/challenge.ts';
import type { Settlement } from '../../../ports/otp-store.ts';

/** What a settlement changes. */
export interface Settled {
  readonly state: ChallengeState;
  readonly submissions: number;
  /** Whether the reservation of the submission is given back. */
  readonly givenBack: boolean;
}

/**
 * What the news of a submission makes of its challenge. A code may have been verified, used up or superseded before
 * the gateway's answer was recorded, and a text that is out stays out: only an open submission changes its state.
 */
export function settledChallenge(
  before: { readonly state: ChallengeState; readonly submissions: number },
  news: Settlement,
): Settled {
  const open = before.state === 'submitting' || before.state === 'ambiguous';
  const applies = isCurrent(before, news) && (open || news.answer !== undefined);
  const givenBack = applies && news.state === 'issued';
  const submissions = Math.max(0, before.submissions - (givenBack ? 1 : 0));
  if (!applies || !open) return { ...before, submissions, givenBack };
  // This text won't come, but one that was submitted before it still may. [OQ-28]
  const state = givenBack && submissions > 0 ? 'ambiguous' : news.state;
  return { state, submissions, givenBack };
}

/** Whether no other submission of the challenge was begun since. */
export function isCurrent(challenge: { readonly submissions: number }, news: Settlement): boolean {
  return challenge.submissions === news.submission;
}
