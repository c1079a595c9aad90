import type { OutcomeTable } from '../shared/verdict.ts';

/**
 * `status.id` of a message that was not simply taken, which comes with HTTP 200; its group tells the rest.
 * [infobip.com/docs/essentials/api-essentials/response-status-and-error-codes]
 */
export const outcomes: OutcomeTable = {
  // Network not covered, or not set up for the account.
  6: 'sender-not-allowed',
  // Prefix not recognised.
  8: 'invalid-number',
  // Do-not-disturb register.
  10: 'blocked',
  // Sender blacklisted, or not allowed.
  11: 'sender-not-allowed',
  // No credit left.
  12: 'quota',
  13: 'sender-not-allowed',
  // Recipient blacklisted.
  14: 'blocked',
  // The credit's time is over.
  17: 'quota',
  // A trial account sends to its own number only.
  18: 'sender-not-allowed',
  // No route for the account.
  19: 'sender-not-allowed',
  // Too many texts to this number, by Infobip's own limit.
  20: 'recipient-limit',
  // An error of the platform.
  21: 'gateway-down',
  // The id was given before: an earlier submission of the same challenge may have been taken. [OQ-28]
  23: 'unknown',
  24: 'content',
  // Too long.
  25: 'content',
  // No recipient, or an invalid one.
  51: 'invalid-number',
  52: 'invalid-number',
  // Protection against fraud.
  87: 'blocked',
  // The platform can't serve this recipient, or not now.
  100: 'unexplained',
};
