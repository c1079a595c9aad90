import type { Association } from '../../ports/otp-store.ts';
import { sameBytes } from '../challenge/same-bytes.ts';

/**
 * Whether an association id may be associated as wanted. `known`: it is already, by the same attempt. `taken`: it came in another
 * attempt or names another account, or it was removed, which is for good. Pure. [FLOW-1, FLOW-4]
 */
export function judgeAssociation(
  known: Association | undefined,
  wanted: Association,
): 'new' | 'known' | 'taken' {
  if (known === undefined) return 'new';
  const isSame =
    known.state === 'associated' &&
    known.attempt === wanted.attempt &&
    sameBytes(known.accountDigest, wanted.accountDigest);
  return isSame ? 'known' : 'taken';
}

/**
 * What is known of an association once the account directory was told of `told`. Another server may have told it of a later state
 * in between, which this one then undid: that is told again. Pure.
 */
export function judgeTold(known: Association | undefined, told: Association): Association | undefined {
  return known && { ...known, isTold: known.state === told.state };
}
