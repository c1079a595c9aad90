import type { ChallengeEvent, ChallengeState, SubmittedText } from '../challenge.ts';
import type { CeilingBucket, TextCounts } from './limits.ts';
import type { RecordedAnswer, RequestState } from './requests.ts';

export interface SettlementOrder {
  readonly requestId: string;
  /** Nothing happens, and nothing is asked, if the request's challenge is another one by now. */
  readonly challengeId: string;
  readonly nowMs: number;
}

export interface SettlementFacts {
  readonly requestState: RequestState;
  /** Of the challenge, as it stands in the record: a newer text that may supersede it is not looked for. */
  readonly state: ChallengeState;
  readonly submissions: number;
  readonly counted: readonly TextCounts[];
}

/** Who took a text, or may have. */
export type SubmissionText = Pick<SubmittedText, 'gateway' | 'messageId'> & {
  readonly receiptKey: string | undefined;
};

export interface SettlementDecision {
  /** How the request is answered. `undefined`: it stays as it is. */
  readonly request: RecordedAnswer | undefined;
  /** Of the challenge from now on. */
  readonly state: ChallengeState;
  readonly submissions: number;
  readonly event: ChallengeEvent;
  /** Becomes the challenge's text. `undefined`: that stays as it is. */
  readonly text: SubmissionText | undefined;
  /** Whether it counts as a refused text of its account and its number, at the order's `nowMs`. */
  readonly refused: boolean;
  /** Of the challenge from now on. `undefined`: it stays as it is. */
  readonly counted: readonly TextCounts[] | undefined;
  /** One text fewer in each. */
  readonly lower: readonly CeilingBucket[];
}
