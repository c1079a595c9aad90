import type { OutcomeTable } from '../shared/verdict.ts';

/** States of a message that Twilio made. [twilio.com/docs/messaging/api/message-resource] */
export const states: OutcomeTable = {
  accepted: 'accepted',
  scheduled: 'accepted',
  queued: 'accepted',
  sending: 'accepted',
  sent: 'accepted',
  delivered: 'accepted',
  // Made and given up at once: no text comes of it, and a code may say why.
  failed: 'unexplained',
};

/**
 * Twilio's error codes. Each has a page: twilio.com/docs/api/errors/CODE. Twilio asks not to build on them, since it
 * splits codes now and then; a code that is not here is judged by its HTTP status. A fault of a sender, of a trial account
 * or of what Twilio itself knows of a number says nothing of other gateways.
 */
export const outcomes: OutcomeTable = {
  // The account isn't active.
  10001: 'credentials',
  // A trial account sends to few, and predefined texts only.
  10002: 'sender-not-allowed',
  // Too many texts between two numbers.
  14107: 'recipient-limit',
  // Wrong account SID, token or key.
  20003: 'credentials',
  // The account isn't active.
  20005: 'credentials',
  // The account is suspended, or the key may not do this.
  20403: 'credentials',
  // No such account.
  20404: 'credentials',
  20429: 'throttled',
  // The 'To' number is not valid.
  21211: 'invalid-number',
  // The 'From' number is not valid.
  21212: 'sender-not-allowed',
  // The 'To' number is a short code.
  21265: 'invalid-number',
  // The account may not send to that country.
  21408: 'sender-not-allowed',
  21601: 'sender-not-allowed',
  // No 'From'.
  21603: 'sender-not-allowed',
  21606: 'sender-not-allowed',
  // A trial account sends from its own number only.
  21607: 'sender-not-allowed',
  // A trial account sends to verified numbers only.
  21608: 'sender-not-allowed',
  // The recipient replied STOP to this sender, and asks for a code now. Another gateway has another sender.
  21610: 'sender-not-allowed',
  // The queue of the 'From' number is full.
  21611: 'throttled',
  // Not with this pair of 'To' and 'From'.
  21612: 'sender-not-allowed',
  // The 'To' number can't receive texts.
  21614: 'invalid-number',
  // Longer than 1600 characters.
  21617: 'content',
  // A landline, as Twilio sees it, which may have been ported since.
  21635: 'sender-not-allowed',
  // The sender is not good for that country.
  21657: 'sender-not-allowed',
  21659: 'sender-not-allowed',
  // The 'From' number belongs to another account.
  21660: 'sender-not-allowed',
  // The 'From' number can't send texts.
  21661: 'sender-not-allowed',
  // No such messaging service.
  21705: 'sender-not-allowed',
  // Maintenance.
  21730: 'gateway-down',
  // Protection against pumping.
  30450: 'blocked',
  30453: 'blocked',
  63017: 'throttled',
  // More than the account's texts a day.
  63038: 'quota',
  // The key may not do this.
  70051: 'credentials',
  // The account isn't active.
  90010: 'credentials',
  // A trial account sends predefined texts, to verified numbers, only.
  572002: 'sender-not-allowed',
  572005: 'sender-not-allowed',
  572006: 'sender-not-allowed',
};
