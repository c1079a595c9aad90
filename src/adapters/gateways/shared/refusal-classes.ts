import type { RefusalReason } from '../../../ports/sms-gateway.ts';

/** What follows from a refusal where there are several gateways. */
export interface RefusalClass {
  /** Another gateway may say yes. */
  readonly goesOn: boolean;
  /** The gateway would say it to the next text as well, whoever that is for. */
  readonly countsAgainst: boolean;
}

const ENDS = { goesOn: false, countsAgainst: false };
const THIS_TEXT = { goesOn: true, countsAgainst: false };
const EVERY_TEXT = { goesOn: true, countsAgainst: true };

/**
 * A refusal is a sure no, so to go on can never double a text, and to stop can lose one: it ends where the same is true
 * of every gateway. What is said of one number, one country or one moment keeps no gateway from the next text. [OQ-74]
 */
export const refusalClasses: Readonly<Record<RefusalReason, RefusalClass>> = {
  'invalid-number': ENDS,
  blocked: ENDS,
  content: ENDS,
  'sender-not-allowed': THIS_TEXT,
  'recipient-limit': THIS_TEXT,
  throttled: THIS_TEXT,
  unexplained: THIS_TEXT,
  quota: EVERY_TEXT,
  credentials: EVERY_TEXT,
  'gateway-down': EVERY_TEXT,
};
