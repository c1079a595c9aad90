import type { Secret } from '../../ports/secret.ts';
import type { SmsGateway } from '../../ports/sms-gateway.ts';
import type { GatewayAnswer } from './exchange.ts';
import { createHttpGateway } from './http-gateway.ts';
import {
  judgeFailure,
  memberAt,
  parseJson,
  type RefusalTable,
  reasonIn,
  textAt,
  type Verdict,
} from './verdict.ts';

export interface InfobipSettings {
  readonly name: string;
  /** The account's own host; without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey: Secret;
  readonly sender: string;
}

/** Infobip's SMS API v3. The reference travels as the message's id, which must not occur twice. */
export function createInfobipGateway({ name, baseUrl, apiKey, sender }: InfobipSettings): SmsGateway {
  return createHttpGateway({
    name,
    write: ({ to, text, reference, validityMs }) => ({
      method: 'POST',
      url: `${baseUrl}/sms/3/messages`,
      headers: {
        authorization: `App ${apiKey.reveal()}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({
        messages: [
          {
            sender,
            destinations: [{ to: to.reveal().slice(1), messageId: reference }],
            content: { text: text.reveal() },
            options: {
              validityPeriod: { amount: Math.max(1, Math.floor(validityMs / 1000)), timeUnit: 'SECONDS' },
            },
          },
        ],
      }),
    }),
    read: readInfobipAnswer,
  });
}

/** What an answer of Infobip's says about the message. */
export function readInfobipAnswer({ status, text }: GatewayAnswer): Verdict {
  const body = parseJson(text);
  if (status === 200) return judgeStatus(body);
  // Two shapes are documented: the newer one, and the one of the older APIs.
  const code = memberAt(body, 'errorCode') ?? memberAt(body, 'requestError', 'serviceException', 'messageId');
  return judgeFailure({}, code, status);
}

/**
 * `status.id` of a message in the group REJECTED, which comes with HTTP 200.
 * [infobip.com/docs/essentials/api-essentials/response-status-and-error-codes]
 */
export const infobipRefusals: RefusalTable = {
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
  // Too many texts to this number.
  20: 'blocked',
  // An error of the platform.
  21: 'gateway-down',
  24: 'content',
  // Too long.
  25: 'content',
  // No recipient, or an invalid one.
  51: 'invalid-number',
  52: 'invalid-number',
};

/** Group ids of `status`. */
const PENDING = 1;
const DELIVERED = 3;
const REJECTED = 5;

/** The id was given before: an earlier submission of the same challenge may have been taken. [OQ-28] */
const DUPLICATE_MESSAGE_ID = 23;

function judgeStatus(body: unknown): Verdict {
  const messageId = textAt(body, 'messages', 0, 'messageId');
  const group = memberAt(body, 'messages', 0, 'status', 'groupId');
  const id = memberAt(body, 'messages', 0, 'status', 'id');
  if ((group === PENDING || group === DELIVERED) && messageId !== undefined)
    return { kind: 'accepted', messageId };
  if (id === DUPLICATE_MESSAGE_ID) return { kind: 'unknown', detail: 'the reference was used before' };
  const reason = reasonIn(infobipRefusals, id);
  if (group === REJECTED && reason !== undefined)
    return { kind: 'refused', reason, detail: `status ${String(id)}` };
  return { kind: 'unknown', detail: 'no status, or one unheard of' };
}
