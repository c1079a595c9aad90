import type { ChallengeEvent, SubmittedText } from '../challenge.ts';
import type { Ceiling } from './limits.ts';
import type { StoredAnswer } from './requests.ts';

export interface Settlement {
  readonly requestId: string;
  /** Nothing happens if the request's challenge is another one by now. */
  readonly challengeId: string;
  /** `submissions` of the challenge as issued or resumed: which of its submissions this is about. */
  readonly submission: number;
  readonly nowMs: number;
  /**
   * `sent` (accepted), `issued` (refused: the reservation is given back and counted as a refused text; `ambiguous` if
   * an earlier submission may still arrive) or `ambiguous` (unknown). Only a challenge that is `submitting` or `ambiguous` takes it on.
   */
  readonly state: 'sent' | 'issued' | 'ambiguous';
  readonly event: ChallengeEvent;
  /** Given back on a refusal: the order's, and what its guard counted as unverified. */
  readonly ceilings: readonly Ceiling[];
  /** Who took the text, or may have. `undefined` on a refusal. */
  readonly text:
    | (Pick<SubmittedText, 'gateway' | 'messageId'> & { readonly receiptKey: string | undefined })
    | undefined;
  readonly answer: StoredAnswer | undefined;
  readonly retryable: boolean;
}
