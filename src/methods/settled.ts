import type { Outcome } from '../domain/outcome.ts';
import type { StoredAnswer } from '../ports/otp-store.ts';
import { WireError } from '../protocol/error-response.ts';
import type { Told } from './call-report.ts';
import { BusyError, idempotencyViolation } from './failures.ts';

/** The answer that an outcome stands for, and what its report tells; throws what the wire calls an error. */
export function settled(outcome: Outcome): { readonly answer: StoredAnswer; readonly told: Told } {
  switch (outcome.kind) {
    case 'answered': {
      const { answer, reason, delivery, country, guard, verified } = outcome;
      const told = { reason: reason || undefined, delivery, country, guard, verified };
      return { answer, told: { ...told, result: answer.result || undefined } };
    }
    case 'replay': {
      const { answer } = outcome.record;
      if (answer === undefined) throw new TypeError('a completed request has no answer');
      return { answer, told: { replayed: true, result: answer.result || undefined } };
    }
    case 'association-taken':
      throw new TypeError('no method that Google calls associates an account');
    case 'conflict':
      throw idempotencyViolation();
    case 'unknown-identifier':
      // The type of the identifier, never its value. [ERR-5]
      throw new WireError('INVALID_IDENTIFIER', `unknown ${outcome.identifier}`);
    case 'busy':
      throw new BusyError();
  }
}
