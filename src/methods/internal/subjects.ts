import { type DigestPurpose, keyedDigest } from '../../domain/challenge/keyed-digest.ts';
import type { OtpKeys } from '../../domain/challenge/otp-keys.ts';
import type { InternalTold } from './call.ts';

/** Tells of whom a call is, as `InternalReport.subject` has it. */
export type SubjectOf = (kind: keyof typeof DIGESTS, value: string) => InternalTold;

/** What somebody is called in the log: the same for the same one, and of no use to whoever lacks the secret. */
export function subjects({ digestKey }: Pick<OtpKeys, 'digestKey'>): SubjectOf {
  return (kind, value) => {
    const digest = keyedDigest(digestKey, DIGESTS[kind], value);
    return { subject: `${kind} ${Buffer.from(digest).toString('hex', 0, 8)}` };
  };
}

const DIGESTS = {
  account: 'account-id',
  number: 'phone-number',
  association: 'association-id',
} as const satisfies Readonly<Record<string, DigestPurpose>>;
