import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import { type CodesOf, endCodes } from '../domain/end-codes.ts';
import { momentOf } from '../domain/moment.ts';
import {
  accountOfAssociation,
  type ExplainedRequest,
  explainRequest,
  findRequests,
  type RequestSearch,
} from '../domain/requests.ts';
import { confirmClosed } from '../domain/weigh-closed.ts';
import type { AccountDirectory } from '../ports/account-directory.ts';
import type { Clock } from '../ports/clock.ts';
import { createDeadline } from '../ports/deadline.ts';
import type { OtpStore } from '../ports/otp-store.ts';
import type { Config } from '../settings/load.ts';

/** What the integrator's own program may have done; its systems ask for the same through the internal API. */
export interface UseCases {
  /**
   * Ends the live codes of an account or a phone number, for whoever keeps accounts elsewhere: call it when an account is
   * closed, or its number replaced. Resolves to how many codes that were; a code that is typed from then on is answered
   * OTP_NOT_MATCHED. Throws `UnavailableError` when the store is down: then some may be live, so call it again. [OQ-70]
   */
  endCodes(of: CodesOf): Promise<number>;
  /**
   * What is known of a request id, which each method may have had once; empty: nothing. No code, token or number is in it.
   * Throws `UnavailableError` when the store is down.
   */
  explainRequest(requestId: string): Promise<readonly ExplainedRequest[]>;
  /**
   * The sendOtp requests of an account, a phone number as Google wrote it or an association id: those received last first,
   * 100 at most. Throws `UnavailableError` when the store or the directory is down.
   */
  findRequests(search: RequestSearch): Promise<readonly ExplainedRequest[]>;
  /**
   * Says that what the directory tells of closed accounts is right: for so many days, 1 to 30, Google is told of each, and
   * the closed-account guard counts anew after that. Resolves when it is durable, for all servers of the store. Throws
   * `RangeError` for other days, and `UnavailableError` when the store is down. [SO-11, OQ-95]
   */
  confirmClosed(days: number): Promise<void>;
}

interface UseCaseParts {
  readonly store: OtpStore;
  readonly directory: AccountDirectory;
  readonly clock: Clock;
  readonly keys: OtpKeys;
}

export function useCasesOf({ requests: { budgetMs } }: Config, parts: UseCaseParts): UseCases {
  const { store, directory, clock, keys } = parts;
  return {
    endCodes: (of) => endCodes(of, parts),
    explainRequest: (requestId) => explainRequest(store, requestId),
    async findRequests(search) {
      const deadline = createDeadline(clock, budgetMs);
      const accountOf = (associationId: string) => accountOfAssociation(directory, associationId, deadline);
      try {
        return await findRequests(search, { store, digestKey: keys.digestKey, accountOf });
      } finally {
        deadline.cancel();
      }
    },
    async confirmClosed(days) {
      await confirmClosed(days, { store, nowMs: momentOf(clock).nowMs });
    },
  };
}
