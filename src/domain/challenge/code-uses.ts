import type { Challenge, OtpContext } from '../../ports/challenge.ts';
import type { CodeUse } from '../../ports/otp-store.ts';

/** One code for both, each of which may use it once. [OQ-9] */
const USES_OF_BOTH: readonly CodeUse[] = ['associateAccount', 'createMandate'];

/** A context fits each use but the one that the other context is for. [OQ-9] */
export function contextFits(context: OtpContext | undefined, use: CodeUse): boolean {
  if (use === 'associateAccount') return context !== 'mandateCreation';
  return use !== 'createMandate' || context !== 'association';
}

/**
 * What has used the code once this use has, and whether none is left then. `undefined`: this one isn't left: a code serves once,
 * and one of association together with a mandate serves associateAccount and createMandate once each, unless anything else had it.
 * [VO-2, OQ-9]
 */
export function usedBy(
  { uses, otpContext }: Pick<Challenge, 'uses' | 'otpContext'>,
  use: CodeUse,
): { readonly uses: readonly CodeUse[]; readonly isUsedUp: boolean } | undefined {
  const isOfBoth =
    otpContext === 'associationWithMandateCreation' &&
    [...uses, use].every((one) => USES_OF_BOTH.includes(one));
  if (uses.length > 0 && (!isOfBoth || uses.includes(use))) return undefined;
  const all = [...uses, use];
  return { uses: all, isUsedUp: !isOfBoth || all.length === USES_OF_BOTH.length };
}
