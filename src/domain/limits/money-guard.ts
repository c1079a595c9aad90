import type { Challenge, ChallengeEvent } from '../../ports/challenge.ts';
import type {
  Block,
  GuardBudget,
  GuardFacts,
  GuardFinding,
  GuardOrder,
  GuardVerdict,
} from '../../ports/otp-store.ts';

/**
 * The defence against traffic pumping: texts that somebody orders by the thousand to earn on their delivery, and whose
 * codes nobody types. The end user's address is not visible here, so what counts is the texts that were not verified.
 */
export interface MoneyGuardPolicy {
  /** `false`: it only records what it would refuse. */
  readonly enforced: boolean;
  /** Sliding window in which texts are counted. */
  readonly windowMs: number;
  /** Unverified texts that each verified one makes room for, ≥ 0. */
  readonly unverifiedPerVerified: number;
  /** So many unverified texts are always allowed to a country, ≥ 1: small markets must be able to begin. */
  readonly countryFloor: number;
  /** The same for numbers that differ in their last six digits only. */
  readonly rangeFloor: number;
  /** The same for numbers that differ in their last four digits only. */
  readonly prefixFloor: number;
  /** Beyond so many no unverified text goes to a country, however many are verified. `undefined`: no such limit. */
  readonly countryMax: (country: string | undefined) => number | undefined;
  /** How long nothing is sent once a budget is used up. */
  readonly blockMs: number;
}

type Destination = Pick<Challenge, 'country' | 'numberPrefix'>;

/** Digits by which a prefix is longer than its range. */
const RANGE_DIGITS = 2;

/** What a challenge's text is counted under: its country, range and prefix. `undefined`: the guard is off. */
export function guardOrderFor(
  policy: MoneyGuardPolicy | undefined,
  { country, numberPrefix }: Destination,
): GuardOrder | undefined {
  if (policy === undefined) return undefined;
  const { windowMs } = policy;
  const ceilings = (kind: string): GuardOrder['verified'] => [
    { subject: `${kind}:country:${country ?? 'none'}`, windowMs },
    { subject: `${kind}:range:${numberPrefix.slice(0, -RANGE_DIGITS)}`, windowMs },
    { subject: `${kind}:prefix:${numberPrefix}`, windowMs },
  ];
  return { unverified: ceilings('unverified'), verified: ceilings('verified') };
}

export interface GuardJudgement extends GuardVerdict {
  /** `undefined`: the text may go. */
  readonly refusal: GuardBudget | undefined;
  /** Of the challenge whose text may go. `undefined`: nothing to tell. */
  readonly event: ChallengeEvent | undefined;
}

const NOTHING: GuardJudgement = { refusal: undefined, begin: [], event: undefined };

/**
 * Whether a text goes to where codes are not verified. A budget that is used up begins a block of its country, range or
 * prefix; a number that verified before is exempt, which is recorded where it is what lets the text go. Pure.
 */
export function judgeByGuard(
  facts: GuardFacts,
  policy: MoneyGuardPolicy | undefined,
  destination: Destination,
  nowMs: number,
): GuardJudgement {
  if (policy === undefined) return NOTHING;
  const budgets = [
    { budget: 'unverifiedPerPrefix', index: 2, floor: policy.prefixFloor, max: undefined },
    { budget: 'unverifiedPerRange', index: 1, floor: policy.rangeFloor, max: undefined },
    {
      budget: 'unverifiedPerCountry',
      index: 0,
      floor: policy.countryFloor,
      max: policy.countryMax(destination.country),
    },
  ] as const;
  // The narrowest first: an attack on neighbours should not cost the whole country its texts.
  for (const { budget, index, floor, max = Number.POSITIVE_INFINITY } of budgets) {
    const running = facts.blocks[index];
    const unverified = facts.unverified[index] ?? 0;
    if (running === undefined && unverified < Math.min(floor, max)) continue;
    const verified = facts.verified()[index] ?? 0;
    const room = Math.min(max, Math.max(floor, verified * policy.unverifiedPerVerified));
    if (running === undefined && unverified < room) continue;
    const subject = guardOrderFor(policy, destination)?.unverified[index].subject ?? '';
    const fresh = { subject, sinceMs: nowMs, untilMs: nowMs + policy.blockMs, unverified, verified };
    const block = running ?? fresh;
    if (facts.numberVerified()) return letGo({ budget, mode: 'exempt' }, block, nowMs);
    const begin = running === undefined ? [block] : [];
    if (policy.enforced) {
      return { refusal: budget, begin, event: undefined, finding: { budget, mode: 'enforce' } };
    }
    return { ...letGo({ budget, mode: 'observe' }, block, nowMs), begin };
  }
  return NOTHING;
}

/** Where a block sends nothing, such as `country:BR` or `prefix:+55119`. */
export function destinationOf({ subject }: Block): string {
  return subject.replace('unverified:', '');
}

/** The text may go, and the record tells what stood against it. */
function letGo(finding: GuardFinding, block: Block, nowMs: number): GuardJudgement {
  const { unverified, verified } = block;
  const detail = `${finding.budget} ${destinationOf(block)}, unverified ${unverified}, verified ${verified}`;
  const event = finding.mode === 'exempt' ? 'guardExempt' : 'guardWouldRefuse';
  return { refusal: undefined, begin: [], event: { atMs: nowMs, event, detail }, finding };
}
