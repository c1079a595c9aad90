import type { Entropy } from '../../ports/entropy.ts';
import type { Association, OtpStore } from '../../ports/otp-store.ts';
import { checkedAccount } from '../checked-accounts.ts';
import { requireIdentifier, requireRequestId, requireVisibleIdentifier } from '../identifiers.ts';
import { momentOf } from '../moment.ts';
import { findAssociated, type LookUp, lookUp } from './find-associated.ts';
import { judgeAssociation } from './judge-association.ts';
import { type AssociatedIds, associationDigest, newAssociation } from './sealed-association.ts';

export interface AssociateOrder extends AssociatedIds {
  /**
   * Of the associateAccount that the association comes about in: by it a repetition is told from another attempt. 1 to 100
   * characters. [FLOW-4]
   */
  readonly requestId: string;
}

export interface AssociateParts extends LookUp {
  readonly store: Pick<OtpStore, 'findAssociation' | 'changeAssociation'>;
  readonly entropy: Entropy;
}

/**
 * Associates an account with an association id; a sendOtp by that id finds the account from then on. `taken`: it came in another
 * attempt or names another account, or it was removed. `unknown-account`: the directory has no such account. Safe to repeat.
 * Throws `RangeError` for what can't be an id, with nothing asked; `UnavailableError`: nobody knows whether it was done.
 * [FLOW-2, FLOW-4]
 */
export async function associate(
  { requestId, accountId, associationId }: AssociateOrder,
  parts: AssociateParts,
): Promise<'associated' | 'taken' | 'unknown-account'> {
  requireRequestId('requestId', requestId);
  requireIdentifier('accountId', accountId);
  requireVisibleIdentifier('associationId', associationId);
  const { directory, store, deadline } = parts;
  const account = checkedAccount(await lookUp(parts, directory.findByAccountId(accountId, deadline)));
  if (account === undefined) return 'unknown-account';
  if (await isElsewhere(associationId, accountId, parts)) return 'taken';
  const wanted = wantedBy({ accountId, associationId }, requestId, parts);
  let verdict: ReturnType<typeof judgeAssociation> = 'taken';
  await store.changeAssociation(wanted.digest, (known) => {
    verdict = judgeAssociation(known, wanted);
    return verdict === 'new' ? wanted : undefined;
  });
  return verdict === 'taken' ? 'taken' : 'associated';
}

/** Whether the directory has given an id that never came through this server to another account. [FLOW-1] */
export async function isElsewhere(associationId: string, accountId: string, parts: LookUp): Promise<boolean> {
  const account = await findAssociated(associationId, parts);
  return account !== undefined && account.accountId !== accountId;
}

/**
 * Has an association id name nobody from now on, for good. `unknown-association`: it named nobody, and nothing was done. Safe to
 * repeat. Throws as `associate` does.
 */
export async function dissociate(
  associationId: string,
  parts: AssociateParts,
): Promise<'dissociated' | 'unknown-association'> {
  requireVisibleIdentifier('associationId', associationId);
  const { store, keys, clock } = parts;
  const digest = associationDigest(associationId, keys);
  const account = await findAssociated(associationId, parts);
  const named = account && wantedBy({ accountId: account.accountId, associationId }, '', parts);
  const atMs = momentOf(clock).nowMs;
  let association: Association | undefined;
  await store.changeAssociation(digest, (known) => {
    association = known ?? named;
    if (association === undefined || association.state === 'removed') return undefined;
    return { ...association, state: 'removed', isTold: false, atMs };
  });
  return association === undefined ? 'unknown-association' : 'dissociated';
}

function wantedBy(
  ids: AssociatedIds,
  attempt: string,
  { entropy, clock, keys }: AssociateParts,
): Association {
  return newAssociation(ids, { attempt, nowMs: momentOf(clock).nowMs, iv: entropy.bytes(12) }, keys);
}
