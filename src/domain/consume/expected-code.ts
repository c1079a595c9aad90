import type { Challenge, OtpContext } from '../../ports/challenge.ts';
import { findAssociated, type LookUp } from '../associations/find-associated.ts';
import { keyedDigest } from '../challenge/keyed-digest.ts';
import { sameBytes } from '../challenge/same-bytes.ts';

/** What whoever consumes a code knows of it beforehand. Members that are left out or `undefined` say nothing. */
export interface ExpectedCode {
  /** Whose code it has to be. */
  readonly accountId?: string | undefined;
  /** The same, by an association id. */
  readonly associationId?: string | undefined;
  /** What its sendOtp has to have been for. A code without a context fits, and one for both fits either. [OQ-9] */
  readonly context?: Exclude<OtpContext, 'unknown'> | undefined;
}

/**
 * Why a code is not the expected one; it is not compared then. `undefined`: it is. Throws `UnavailableError` if the directory can't say
 * whose the association id is. [OQ-91, FLOW-1]
 */
export async function whyUnexpected(
  { otpContext, accountDigest }: Challenge,
  { accountId, associationId, context }: ExpectedCode,
  parts: LookUp,
): Promise<string | undefined> {
  if (context !== undefined && !fits(otpContext, context)) return 'otherContext';
  const isOf = (id: string) => sameBytes(accountDigest, keyedDigest(parts.keys.digestKey, 'account-id', id));
  if (accountId !== undefined && !isOf(accountId)) return 'otherAccount';
  if (associationId === undefined) return undefined;
  const account = await findAssociated(associationId, parts);
  return account !== undefined && isOf(account.accountId) ? undefined : 'otherAccount';
}

function fits(context: OtpContext | undefined, expected: OtpContext): boolean {
  if (context === undefined || context === 'unknown' || context === expected) return true;
  return context === 'associationWithMandateCreation';
}
