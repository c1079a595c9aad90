import type { Logger } from 'pino';
import { type AssociateOrder, associate, dissociate } from '../../domain/associations/associate.ts';
import type { AttemptParts } from '../../domain/attempt-code.ts';
import type { ConsumeOrder } from '../../domain/consume/consume-order.ts';
import { type Consumption, consumeOtp } from '../../domain/consume/consume-otp.ts';
import type { Deadline } from '../../ports/clock.ts';
import { createDeadline } from '../../ports/deadline.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import type { Config } from '../../settings/load.ts';
import { type ConsumptionReport, reportConsumptionsToLog } from '../../telemetry/consumption-log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Delivery } from '../delivery.ts';
import { composeTelling } from './telling.ts';

/** What systems of the integrator's own ask of this server, beside what Google does. */
export interface OwnCalls {
  /**
   * Verifies the code of a sendOtp for a purpose and uses it up, for whoever serves associateAccount, capture, createMandate or
   * another call that takes an `otpVerification`: as verifyOtp does, with the same count of wrong codes, for the account that the
   * code was sent to, and once. A code for association together with a mandate serves each of the two purposes once. [OV-3, OQ-9]
   *
   * Repeat it with the same order as often as you like: it is answered the same for as long as requests are kept
   * (`retention.requestsMs`). Throws `RangeError` for what can't be an order, with nothing done; `UnavailableError` if the store or the
   * directory is down or late: then nobody knows whether it was done, so ask again before you answer.
   */
  consumeOtp(order: ConsumeOrder): Promise<Consumption>;
  /**
   * Associates an account with an association id, for a handler of associateAccount that needs no code for it: a sendOtp by that id
   * finds the account from then on. A directory that keeps association ids is told afterwards. `taken`: the id came in another
   * attempt (request id) or names another account, or it was dissociated: answer Google with an error. `unknown-account`: the
   * directory has no such account. Safe to repeat. Throws `RangeError` for what can't be an id; `UnavailableError`: nobody knows
   * whether it was done, so ask again. [FLOW-2, FLOW-4]
   */
  associate(order: AssociateOrder): Promise<'associated' | 'taken' | 'unknown-account'>;
  /**
   * Has an association id name nobody from now on, for good, wherever it came from. `unknown-association`: it named nobody. Safe to
   * repeat. Throws as `associate` does.
   */
  dissociate(associationId: string): Promise<'dissociated' | 'unknown-association'>;
}

interface OwnCallsParts extends AttemptParts {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly feedback: Delivery['feedback'];
}

/** `stop` resolves when nothing is told to the directory any more. */
export function composeOwnCalls(
  config: Config,
  parts: OwnCallsParts,
): { readonly ownCalls: OwnCalls; readonly stop: () => Promise<void> } {
  const { clock, log } = parts;
  const { budgetMs } = config.requests;
  const telling = composeTelling(config, parts);

  /** Within the time of a call. Even where it failed, there may be something to tell the directory. */
  async function within<T>(ask: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = createDeadline(clock, budgetMs);
    try {
      return await ask(deadline);
    } finally {
      deadline.cancel();
      telling.soon();
    }
  }

  /** A line in the log, which quotes neither id. */
  const told = <Result extends string>(result: Result, requestId?: string): Result => {
    log.info({ requestId, result }, 'association');
    return result;
  };

  const consume = reporting(parts);
  const ownCalls: OwnCalls = {
    consumeOtp: (order) => within((deadline) => consume(order, deadline)),
    associate: async (order) =>
      told(await within((deadline) => associate(order, { ...parts, deadline })), order.requestId),
    dissociate: async (associationId) =>
      told(await within((deadline) => dissociate(associationId, { ...parts, deadline }))),
  };
  return { ownCalls, stop: telling.stop };
}

/** A consumption that log, metrics and routes are told of. */
function reporting(parts: OwnCallsParts): (order: ConsumeOrder, deadline: Deadline) => Promise<Consumption> {
  const { clock, log, metrics, feedback } = parts;
  const logConsumption = reportConsumptionsToLog(log);
  return async (order, deadline) => {
    const { purpose, requestId } = order;
    const startedAtMs = clock.steadyMs();
    const report = (told: Omit<ConsumptionReport, 'purpose' | 'requestId' | 'durationMs'>) => {
      const whole = { purpose, requestId, durationMs: clock.steadyMs() - startedAtMs, ...told };
      logConsumption(whole);
      metrics.countConsumption(whole);
    };
    try {
      const { consumption, reason, verified } = await consumeOtp(order, deadline, parts);
      const { kind } = consumption;
      const answered = kind === 'answered' ? consumption : { ...UNANSWERED, result: kind };
      const { consumptionId, result, isReplay } = answered;
      report({ consumptionId, result, isReplay, reason, verified, cause: undefined });
      if (verified) feedback.tell(verified.gateway, verified.messageId);
      return consumption;
    } catch (thrown) {
      // What can't be an order is told to whoever made it.
      if (thrown instanceof UnavailableError) report({ ...UNANSWERED, cause: thrown });
      throw thrown;
    }
  };
}

const UNANSWERED = {
  consumptionId: undefined,
  result: 'unavailable',
  reason: undefined,
  isReplay: false,
  verified: undefined,
} as const;
