import type { Challenge, ChallengeEvent } from '../challenge.ts';
import type { RecordedMethod } from './code-use.ts';
import type { RequestState, StoredAnswer } from './requests.ts';

/** Whom requests are looked for by: a digest, of 16 bytes. */
export type RequestSubject =
  | { readonly kind: 'account'; readonly digest: Uint8Array }
  | { readonly kind: 'phone-number'; readonly digest: Uint8Array };

export interface RequestHistory {
  readonly method: RecordedMethod;
  readonly requestId: string;
  readonly receivedAtMs: number;
  /** `undefined`: not answered yet. */
  readonly answeredAtMs: number | undefined;
  readonly state: RequestState;
  readonly answer: StoredAnswer | undefined;
  readonly reason: string;
  /** For verifyOtp and consumptions: which sendOtp it was about. */
  readonly sendOtpRequestId: string | undefined;
  /** For sendOtp: its challenge, if one was issued. */
  readonly challenge: (Challenge & { readonly events: readonly ChallengeEvent[] }) | undefined;
}
