import type { OutcomeTable } from '../shared/verdict.ts';

/**
 * The `status` of each message in an answer, which is 200 whatever became of them.
 * [developer.vonage.com/messaging/sms/guides/troubleshooting-sms]
 */
export const outcomes: OutcomeTable = {
  0: 'accepted',
  // Faster than the account's limit.
  1: 'throttled',
  // A parameter is missing, or invalid: any of them, hardly the text.
  2: 'unexplained',
  3: 'unexplained',
  4: 'credentials',
  // An error of the platform while it worked on the message; it was not queued.
  5: 'gateway-down',
  // Can't be processed, such as a prefix that is not recognised.
  6: 'invalid-number',
  // The number is on a list of Vonage's own.
  7: 'sender-not-allowed',
  // The account is suspended.
  8: 'credentials',
  // No credit left.
  9: 'quota',
  // Too many connections.
  10: 'throttled',
  // The account may not use this API.
  11: 'credentials',
  // Too long.
  12: 'content',
  14: 'credentials',
  15: 'sender-not-allowed',
  // Network code, callback URL.
  22: 'unexplained',
  23: 'unexplained',
  // A trial account sends to listed numbers only.
  29: 'sender-not-allowed',
  32: 'credentials',
  // The number is deactivated.
  33: 'invalid-number',
};
