import type { OutcomeTable } from '../shared/verdict.ts';

/**
 * The `command_status` values of SMPP 3.4 (section 5.1.3) that a `submit_sm` may be answered with, by name; what they
 * mean to those who use them: blog.nowsms.com/2009/09/smpp-error-code-reference.html. Whatever the status, an answer
 * other than ESME_ROK has no message id: no text comes of it. What is wrong with the request as our settings have it, and not
 * with the text or the number, another gateway may take: it is `unexplained`.
 */
export const outcomes: OutcomeTable = {
  ESME_ROK: 'accepted',
  ESME_RINVMSGLEN: 'content',
  ESME_RINVCMDLEN: 'unexplained',
  ESME_RINVCMDID: 'unexplained',
  // The session is not one that may send.
  ESME_RINVBNDSTS: 'gateway-down',
  ESME_RINVPRTFLG: 'unexplained',
  ESME_RINVREGDLVFLG: 'unexplained',
  ESME_RSYSERR: 'gateway-down',
  ESME_RINVSRCADR: 'sender-not-allowed',
  ESME_RINVDSTADR: 'invalid-number',
  ESME_RBINDFAIL: 'gateway-down',
  ESME_RINVPASWD: 'credentials',
  ESME_RINVSYSID: 'credentials',
  ESME_RMSGQFUL: 'throttled',
  ESME_RINVSERTYP: 'unexplained',
  ESME_RINVESMCLASS: 'unexplained',
  ESME_RSUBMITFAIL: 'gateway-down',
  ESME_RINVSRCTON: 'sender-not-allowed',
  ESME_RINVSRCNPI: 'sender-not-allowed',
  ESME_RINVDSTTON: 'unexplained',
  ESME_RINVDSTNPI: 'unexplained',
  ESME_RINVSYSTYP: 'credentials',
  ESME_RTHROTTLED: 'throttled',
  ESME_RINVEXPIRY: 'unexplained',
  // Temporary, permanent, rejected: words for receivers that some gateways answer senders with, the last two about one text.
  ESME_RX_T_APPN: 'gateway-down',
  ESME_RX_P_APPN: 'unexplained',
  ESME_RX_R_APPN: 'blocked',
  ESME_RINVTLVSTREAM: 'unexplained',
  ESME_RTLVNOTALLWD: 'unexplained',
  ESME_RINVTLVLEN: 'unexplained',
  ESME_RMISSINGTLV: 'unexplained',
  ESME_RINVTLVVAL: 'unexplained',
  ESME_RDELIVERYFAILURE: 'unexplained',
  ESME_RUNKNOWNERR: 'gateway-down',
};
