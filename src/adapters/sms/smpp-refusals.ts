import type { RefusalTable } from './verdict.ts';

/**
 * The `command_status` values of SMPP 3.4 (section 5.1.3) that a `submit_sm` may be answered with, by name; what they
 * mean to those who use them: blog.nowsms.com/2009/09/smpp-error-code-reference.html. Whatever the status, an answer
 * other than ESME_ROK has no message id: no text comes of it.
 */
export const smppRefusals: RefusalTable = {
  ESME_RINVMSGLEN: 'content',
  ESME_RINVCMDLEN: 'content',
  ESME_RINVCMDID: 'content',
  // The session is not one that may send.
  ESME_RINVBNDSTS: 'gateway-down',
  ESME_RINVPRTFLG: 'content',
  ESME_RINVREGDLVFLG: 'content',
  ESME_RSYSERR: 'gateway-down',
  ESME_RINVSRCADR: 'sender-not-allowed',
  ESME_RINVDSTADR: 'invalid-number',
  ESME_RBINDFAIL: 'credentials',
  ESME_RINVPASWD: 'credentials',
  ESME_RINVSYSID: 'credentials',
  ESME_RMSGQFUL: 'quota',
  ESME_RINVSERTYP: 'content',
  ESME_RINVESMCLASS: 'content',
  ESME_RSUBMITFAIL: 'gateway-down',
  ESME_RINVSRCTON: 'sender-not-allowed',
  ESME_RINVSRCNPI: 'sender-not-allowed',
  ESME_RINVDSTTON: 'invalid-number',
  ESME_RINVDSTNPI: 'invalid-number',
  ESME_RINVSYSTYP: 'credentials',
  ESME_RTHROTTLED: 'quota',
  ESME_RINVEXPIRY: 'content',
  // Temporary, permanent, rejected: words for receivers that some gateways answer senders with.
  ESME_RX_T_APPN: 'gateway-down',
  ESME_RX_P_APPN: 'gateway-down',
  ESME_RX_R_APPN: 'blocked',
  ESME_RINVTLVSTREAM: 'content',
  ESME_RTLVNOTALLWD: 'content',
  ESME_RINVTLVLEN: 'content',
  ESME_RMISSINGTLV: 'content',
  ESME_RINVTLVVAL: 'content',
  ESME_RDELIVERYFAILURE: 'gateway-down',
  ESME_RUNKNOWNERR: 'gateway-down',
};
