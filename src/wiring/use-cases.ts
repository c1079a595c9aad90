import { findAssociated } from '../domain/associations/find-associated.ts';
import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import { type CodesOf, endCodes } from '../domain/end-codes.ts';
import { momentOf } from '../domain/moment.ts';
import {
  type ErasedPerson,
  erasePerson,
  exportPerson,
  type PersonOf,
  type PersonRecords,
} from '../domain/persons.ts';
import {
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
import type { OwnCalls } from './own-calls/own-calls.ts';

/** What the integrator's own program may have done; its systems ask for the same through the internal API. */
export interface UseCases extends OwnCalls {
  /**
   * Ends the live codes of an account or a phone number, for whoever keeps accounts elsewhere: call it when an account is
   * closed, or its number replaced. Resolves to how many codes that were; a code that is typed from then on is answered
   * OTP_NOT_MATCHED, one whose text is still on its way too. Throws `UnavailableError` when the store is down: then some may be
   * live, so call it again. [OQ-70]
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
  /**
   * Ends the live codes of a person, known by account id or phone number, and takes from the store's records what tells more
   * than a keyed digest. Answers, limits and locks stay: the result says until when. The account itself is not touched.
   * Throws `UnavailableError` when the store is down: then some may be erased. Safe to repeat. [OQ-96]
   */
  erasePerson(of: PersonOf): Promise<ErasedPerson>;
  /**
   * What store and directory know of a person: numbers in the clear, codes never. Throws `UnavailableError` when one of them
   * can't answer. [OQ-96]
   */
  exportPerson(of: PersonOf): Promise<PersonRecords>;
}

interface UseCaseParts {
  readonly store: OtpStore;
  readonly directory: AccountDirectory;
  readonly clock: Clock;
  readonly keys: OtpKeys;
  readonly ownCalls: OwnCalls;
}

export function useCasesOf({ requests: { budgetMs }, retention }: Config, parts: UseCaseParts): UseCases {
  const { store, clock, keys, ownCalls } = parts;
  return {
    ...ownCalls,
    endCodes: (of) => endCodes(of, parts),
    explainRequest: (requestId) => explainRequest(store, requestId),
    async findRequests(search) {
      const deadline = createDeadline(clock, budgetMs);
      const accountOf = async (associationId: string) =>
        (await findAssociated(associationId, { ...parts, deadline }))?.accountId;
      try {
        return await findRequests(search, { store, digestKey: keys.digestKey, accountOf });
      } finally {
        deadline.cancel();
      }
    },
    async confirmClosed(days) {
      await confirmClosed(days, { store, nowMs: momentOf(clock).nowMs });
    },
    erasePerson: (of) => erasePerson(of, { ...parts, retentionMs: retention.requestsMs }),
    async exportPerson(of) {
      const deadline = createDeadline(clock, budgetMs);
      try {
        return await exportPerson(of, { ...parts, deadline });
      } finally {
        deadline.cancel();
      }
    },
  };
}
