import type { Secret } from '../../ports/secret.ts';
import type { SmsGateway } from '../../ports/sms-gateway.ts';
import type { GatewayAnswer } from './exchange.ts';
import { createHttpGateway } from './http-gateway.ts';
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
}

/** Twilio takes a text for at most so many seconds. [twilio.com/docs/api/errors/90007] */
const VALIDITY_SECONDS_MAX = 36_000;

/** Twilio's Messages API. It has no field for a client reference: a repeated submission is a second text. */
export function createTwilioGateway(settings: TwilioSettings): SmsGateway {
  const { name, baseUrl, accountSid, sender } = settings;
  const url = `${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const user = settings.apiKeySid ?? accountSid;
  const from = /^MG[0-9a-f]{32}$/i.test(sender) ? 'MessagingServiceSid' : 'From';
  return createHttpGateway({
    name,
    write: ({ to, text, validityMs }) => ({
      method: 'POST',
      url,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${settings.authToken.reveal()}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams({
        To: to.reveal(),
        [from]: sender,
        Body: text.reveal(),
        ValidityPeriod: String(Math.min(VALIDITY_SECONDS_MAX, Math.max(1, Math.floor(validityMs / 1000)))),
      }).toString(),
    }),
    read: readTwilioAnswer,
  });
}

/** What an answer of Twilio's says about the message. */
export function readTwilioAnswer({ status, text }: GatewayAnswer): Verdict {
  const body = parseJson(text);
  return status === 200 || status === 201
    ? judgeMessage(body)
    : judgeFailure(twilioRefusals, memberAt(body, 'code'), status);
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
