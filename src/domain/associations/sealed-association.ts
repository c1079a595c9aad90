import type { Association } from '../../ports/otp-store.ts';
import { keyedDigest } from '../challenge/keyed-digest.ts';
import type { OtpKeys } from '../challenge/otp-keys.ts';
import { openText, type SealTerms, sealText } from '../sealed-text.ts';

type Keys = Pick<OtpKeys, 'digestKey'>;

/** An account, and the id that names it. */
export interface AssociatedIds {
  readonly accountId: string;
  readonly associationId: string;
}

/** What the store knows an association id by. */
export function associationDigest(associationId: string, { digestKey }: Keys): Uint8Array {
  return keyedDigest(digestKey, 'association-id', associationId);
}

/** An association as it comes about: the account directory has not been told of it. `iv` is 12 random bytes. [FLOW-2] */
export function newAssociation(
  { accountId, associationId }: AssociatedIds,
  { attempt, nowMs, iv }: { readonly attempt: string; readonly nowMs: number; readonly iv: Uint8Array },
  keys: Keys,
): Association {
  const digest = associationDigest(associationId, keys);
  return {
    digest,
    accountDigest: keyedDigest(keys.digestKey, 'account-id', accountId),
    sealed: sealText(JSON.stringify([accountId, associationId]), { ...termsOf(digest, keys), iv }),
    attempt,
    state: 'associated',
    isTold: false,
    atMs: nowMs,
  };
}

/** Throws `UnavailableError` if it was sealed under another `digests.secret`. */
export function openAssociation({ sealed, digest }: Association, keys: Keys): AssociatedIds {
  const [accountId, associationId] = JSON.parse(openText(sealed, termsOf(digest, keys))) as [string, string];
  return { accountId, associationId };
}

function termsOf(digest: Uint8Array, { digestKey }: Keys): SealTerms {
  return { digestKey, purpose: 'association', beside: digest };
}
