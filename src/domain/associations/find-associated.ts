import type { Account, AccountDirectory } from '../../ports/account-directory.ts';
import type { Clock, Deadline } from '../../ports/clock.ts';
import { within } from '../../ports/deadline.ts';
import type { OtpStore } from '../../ports/otp-store.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import type { OtpKeys } from '../challenge/otp-keys.ts';
import { checkedAccount } from '../checked-accounts.ts';
import { associationDigest, openAssociation } from './sealed-association.ts';

/** Where accounts are looked up, and until when. */
export interface LookUp {
  readonly directory: AccountDirectory;
  readonly store: Pick<OtpStore, 'findAssociation'>;
  readonly keys: Pick<OtpKeys, 'digestKey'>;
  readonly clock: Clock;
  readonly deadline: Deadline;
}

/**
 * The look-ups of a sendOtp, of which that by association id knows what came through this server too: before the directory was told
 * of it, and where that keeps no association ids. What was removed names nobody, whatever the directory says. Throw
 * `UnavailableError`; never guess. [FLOW-1, FLOW-2]
 */
export function withAssociations({
  directory,
  store,
  keys,
}: Pick<LookUp, 'directory' | 'store' | 'keys'>): Pick<
  AccountDirectory,
  'findByAssociationId' | 'findByPhoneNumber'
> {
  return {
    findByPhoneNumber: (phoneNumber, deadline) => directory.findByPhoneNumber(phoneNumber, deadline),
    async findByAssociationId(associationId, deadline) {
      const known = await store.findAssociation(associationDigest(associationId, keys));
      if (known?.state === 'removed') return undefined;
      if (known === undefined || known.isTold) return directory.findByAssociationId(associationId, deadline);
      return directory.findByAccountId(openAssociation(known, keys).accountId, deadline);
    },
  };
}

/** The account that an association id names. `undefined`: nobody's. Throws as `withAssociations` does. */
export async function findAssociated(associationId: string, where: LookUp): Promise<Account | undefined> {
  const found = withAssociations(where).findByAssociationId(associationId, where.deadline);
  return checkedAccount(await lookUp(where, found));
}

/** What `found` yields. Throws `UnavailableError` if that takes too long. */
export function lookUp<T>(
  { clock, deadline }: Pick<LookUp, 'clock' | 'deadline'>,
  found: Promise<T>,
): Promise<T> {
  return within(clock, deadline, found, () => {
    throw new UnavailableError('the account directory did not answer in time');
  });
}
