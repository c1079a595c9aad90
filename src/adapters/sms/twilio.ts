import type { Secret } from '../../ports/secret.ts';
import type { SmsGateway } from '../../ports/sms-gateway.ts';
import { createHttpGateway, receiptsByReference } from './http-gateway.ts';
import { receiptUrl } from './receipt-proof.ts';
import { createTwilioReader } from './twilio-receipts.ts';
import { twilioRefusals } from './twilio-refusals.ts';
import { judgeFailure, memberAt, parseJson, reasonIn, textAt, type Verdict } from './verdict.ts';

export interface TwilioSettings {
  readonly name: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly accountSid: string;
  /** `undefined`: the account itself signs in, with its auth token. */
  readonly apiKeySid?: string;
  /** The account's auth token, or the secret of the API key. */
  readonly authToken: Secret;
  /** A phone number, an alphanumeric sender id or the SID of a messaging service. */
  readonly sender: string;
  /** `undefined`: none are asked for. */
  readonly receipts?: {
    /** The account's auth token, which signs them whoever signs in. `undefined`: `authToken` is it. */
    readonly accountAuthToken?: Secret;
  };
  /** Tell Twilio which codes were verified. */
  readonly reportVerified?: boolean;
}

/** Twilio takes a text for at most so many seconds. [twilio.com/docs/api/errors/90007] */
const VALIDITY_SECONDS_MAX = 36_000;

/**
 * Twilio's Messages API. It has no field for a client reference: a repeated submission is a second text. `receiptsUrl`
 * is where it calls us with receipts; `undefined`: none are asked for.
 */
export function createTwilioGateway(settings: TwilioSettings, receiptsUrl?: string): SmsGateway {
  const { name, baseUrl, accountSid, sender, receipts, reportVerified } = settings;
  const receiptToken = receiptsUrl && receipts && (receipts.accountAuthToken ?? settings.authToken);
  const messages = `${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages`;
  const url = `${messages}.json`;
  const user = settings.apiKeySid ?? accountSid;
  const from = /^MG[0-9a-f]{32}$/i.test(sender) ? 'MessagingServiceSid' : 'From';
  const headers = () => ({
    authorization: `Basic ${Buffer.from(`${user}:${settings.authToken.reveal()}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  });
  return createHttpGateway({
    name,
    receipts: receiptToken ? receiptsByReference(createTwilioReader(name, receiptToken)) : undefined,
    // [twilio.com/docs/messaging/api/message-feedback-resource]
    confirm: reportVerified
      ? (messageId) => ({
          method: 'POST',
          url: `${messages}/${encodeURIComponent(messageId)}/Feedback.json`,
          headers: headers(),
          body: 'Outcome=confirmed',
        })
      : undefined,
    write: ({ to, text, reference, validityMs }) => ({
      method: 'POST',
      url,
      headers: headers(),
      body: new URLSearchParams({
        To: to.reveal(),
        [from]: sender,
        Body: text.reveal(),
        ValidityPeriod: String(Math.min(VALIDITY_SECONDS_MAX, Math.max(1, Math.floor(validityMs / 1000)))),
        ...(receiptsUrl && receiptToken && { StatusCallback: receiptUrl(receiptsUrl, reference) }),
        ...(reportVerified && { ProvideFeedback: 'true' }),
      }).toString(),
    }),
    read({ status, text }) {
      const body = parseJson(text);
      return status === 200 || status === 201
        ? judgeMessage(body)
        : judgeFailure(twilioRefusals, memberAt(body, 'code'), status);
    },
  });
}

const TAKEN = new Set(['accepted', 'scheduled', 'queued', 'sending', 'sent', 'delivered']);

function judgeMessage(body: unknown): Verdict {
  const messageId = textAt(body, 'sid');
  const state = textAt(body, 'status') ?? '';
  if (messageId !== undefined && TAKEN.has(state)) return { kind: 'accepted', messageId };
  // Twilio made the message and gave it up at once: no text comes of it.
  if (messageId !== undefined && state === 'failed') {
    const reason = reasonIn(twilioRefusals, memberAt(body, 'error_code')) ?? 'gateway-down';
    return { kind: 'refused', reason, detail: 'created as failed' };
  }
  return { kind: 'unknown', detail: 'success without a message' };
}
