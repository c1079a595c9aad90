import type { RefusalTable } from './verdict.ts';

/**
 * Twilio's error codes. Each has a page: twilio.com/docs/api/errors/CODE. Twilio asks not to build on them, since it
 * splits codes now and then; a code that is not here is judged by its HTTP status.
 */
export const twilioRefusals: RefusalTable = {
  // The account isn't active.
  10001: 'credentials',
  // Wrong account SID, token or key.
  20003: 'credentials',
  // No such account.
  20404: 'credentials',
  20429: 'quota',
  // The 'To' number is not valid.
  21211: 'invalid-number',
  // The 'From' number is not valid.
  21212: 'sender-not-allowed',
  // The account may not send to that country.
  21408: 'sender-not-allowed',
  21601: 'sender-not-allowed',
  // No 'From'.
  21603: 'sender-not-allowed',
  21606: 'sender-not-allowed',
  // A trial account sends to verified numbers only.
  21608: 'sender-not-allowed',
  // The recipient replied STOP.
  21610: 'blocked',
  // The queue of the 'From' number is full.
  21611: 'quota',
  // Not with this pair of 'To' and 'From'.
  21612: 'sender-not-allowed',
  // The 'To' number can't receive texts.
  21614: 'invalid-number',
  // Longer than 1600 characters.
  21617: 'content',
  // A landline.
  21635: 'invalid-number',
  21659: 'sender-not-allowed',
  // The 'From' number belongs to another account.
  21660: 'sender-not-allowed',
  // The 'From' number can't send texts.
  21661: 'sender-not-allowed',
  // No such messaging service.
  21705: 'sender-not-allowed',
  63017: 'quota',
  // More than the account's texts a day.
  63038: 'quota',
};
