import type { AssociationKeeper } from '../../ports/account-directory.ts';
import type { Clock } from '../../ports/clock.ts';
import { createDeadline } from '../../ports/deadline.ts';
import type { Association, OtpStore } from '../../ports/otp-store.ts';
import type { OtpKeys } from '../challenge/otp-keys.ts';
import { judgeTold } from './judge-association.ts';
import { type AssociatedIds, openAssociation } from './sealed-association.ts';

/** Why the directory did not take an association; it is told again later. */
export type Untaken = Exclude<Awaited<ReturnType<AssociationKeeper['associate']>>, 'associated'>;

export interface TellingOptions {
  readonly store: Pick<OtpStore, 'untoldAssociations' | 'changeAssociation'>;
  readonly directory: AssociationKeeper;
  readonly keys: Pick<OtpKeys, 'digestKey'>;
  readonly clock: Clock;
  /** From the end of a round to the next one, > 0. */
  readonly intervalMs: number;
  /** For one association, > 0. */
  readonly budgetMs: number;
  readonly onUntaken: (why: Untaken) => void;
  /** One that can't be read, or the end of a round before its time: the next one comes in its own. */
  readonly onFailure: (error: unknown) => void;
}

export interface Telling {
  /** There is something to tell: a round begins at once, or once more when the one under way is over. */
  soon(): void;
  /** Resolves when no round is under way and none will come. Safe to call twice. */
  stop(): Promise<void>;
}

/** Associations that are read at once. */
const ROWS_MAX = 50;

/**
 * Tells a directory that keeps association ids what came and what went through the store: the commit that made an association is
 * in another database than the directory, so it is told afterwards, until it has it. Every server that shares the store may do so at
 * the same time, and may be killed at any moment: what was not noted as told is told again, which is safe. [FLOW-2]
 */
export function startTelling(options: TellingOptions): Telling {
  const { clock, intervalMs, onFailure } = options;
  let isStopped = false;
  let isAskedFor = false;
  let underWay: Promise<void> | undefined;
  let cancel = () => {};

  function begin(): void {
    cancel();
    isAskedFor = false;
    underWay = tellAll(options, () => isStopped)
      .catch(onFailure)
      .finally(() => {
        underWay = undefined;
        if (isStopped) return;
        if (isAskedFor) begin();
        else cancel = clock.after(intervalMs, begin);
      });
  }

  begin();
  return {
    soon() {
      if (isStopped) return;
      if (underWay === undefined) begin();
      else isAskedFor = true;
    },
    async stop() {
      isStopped = true;
      cancel();
      await underWay;
    },
  };
}

/** One round, over all that there is. */
async function tellAll(options: TellingOptions, isStopped: () => boolean): Promise<void> {
  let after = new Uint8Array();
  for (;;) {
    const untold = await options.store.untoldAssociations({ after, rowsMax: ROWS_MAX });
    for (const association of untold) {
      if (isStopped()) return;
      await tell(association, options);
    }
    const last = untold.at(-1);
    if (last === undefined || untold.length < ROWS_MAX) return;
    after = Uint8Array.from(last.digest);
  }
}

async function tell(
  association: Association,
  { store, directory, keys, clock, budgetMs, onUntaken, onFailure }: TellingOptions,
): Promise<void> {
  const ids = readable(association, keys, onFailure);
  if (ids === undefined) return;
  const deadline = createDeadline(clock, budgetMs);
  try {
    if (association.state === 'associated') {
      const outcome = await directory.associate({ ...ids, attempt: association.attempt }, deadline);
      if (outcome !== 'associated') return onUntaken(outcome);
    } else {
      await directory.dissociate(ids.associationId, deadline);
    }
  } finally {
    deadline.cancel();
  }
  await store.changeAssociation(association.digest, (known) => judgeTold(known, association));
}

/** `undefined`: it is of another digest secret, and keeps none of the others from being told. */
function readable(
  association: Association,
  keys: TellingOptions['keys'],
  onFailure: TellingOptions['onFailure'],
): AssociatedIds | undefined {
  try {
    return openAssociation(association, keys);
  } catch (error) {
    onFailure(error);
    return undefined;
  }
}
