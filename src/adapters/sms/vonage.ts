import type { Secret } from '../../ports/secret.ts';
import type { RefusalReason, SmsGateway } from '../../ports/sms-gateway.ts';
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

export interface VonageSettings {
  readonly name: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly sender: string;
}

/**
 * Vonage's SMS API. The reference travels as `client-ref`, which Vonage shows in receipts and doesn't compare: a
 * repeated submission is a second text. `isGsm7` tells whether GSM-7 has every character of a text.
 */
export function createVonageGateway(
  { name, baseUrl, apiKey, apiSecret, sender }: VonageSettings,
  isGsm7: (text: string) => boolean,
): SmsGateway {
  return createHttpGateway({
    name,
    write: ({ to, text, reference, validityMs }) => ({
      method: 'POST',
      url: `${baseUrl}/sms/json`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        api_key: apiKey.reveal(),
        api_secret: apiSecret.reveal(),
        from: sender.replace(/^\+/, ''),
        to: to.reveal().slice(1),
        text: text.reveal(),
        type: isGsm7(text.reveal()) ? 'text' : 'unicode',
        ttl: String(Math.floor(validityMs)),
        'client-ref': reference,
      }).toString(),
    }),
    read: readVonageAnswer,
  });
}

/** What an answer of Vonage's says about the message. */
export function readVonageAnswer({ status, text }: GatewayAnswer): Verdict {
  const body = parseJson(text);
  return status === 200
    ? judgeParts(body)
    : judgeFailure({}, memberAt(body, 'messages', 0, 'status'), status);
}

/**
 * The `status` of each message in an answer, which is 200 whatever became of them.
 * [developer.vonage.com/messaging/sms/guides/troubleshooting-sms]
 */
export const vonageRefusals: RefusalTable = {
  // Faster than the account's limit.
  1: 'quota',
  // A parameter is missing, or invalid.
  2: 'content',
  3: 'content',
  4: 'credentials',
  // An error of the platform while it worked on the message; it was not queued.
  5: 'gateway-down',
  // Can't be processed, such as a prefix that is not recognised.
  6: 'invalid-number',
  // The number is barred.
  7: 'blocked',
  // The account is suspended.
  8: 'credentials',
  // No credit left.
  9: 'quota',
  // Too many connections.
  10: 'quota',
  // The account may not use this API.
  11: 'credentials',
  // Too long.
  12: 'content',
  14: 'credentials',
  15: 'sender-not-allowed',
  // Network code, callback URL.
  22: 'content',
  23: 'content',
  // A trial account sends to listed numbers only.
  29: 'sender-not-allowed',
  32: 'credentials',
  // The number is deactivated.
  33: 'invalid-number',
};

/** A long text is one message a part. All must be taken; if only some are, something may arrive. [OQ-28] */
function judgeParts(body: unknown): Verdict {
  const parts = memberAt(body, 'messages');
  if (!Array.isArray(parts) || parts.length === 0)
    return { kind: 'unknown', detail: 'success without a message' };
  const states: readonly unknown[] = parts.map((part) => memberAt(part, 'status'));
  const taken = states.filter((state) => state === '0').length;
  const messageId = textAt(parts[0], 'message-id');
  if (taken === parts.length && messageId !== undefined) return { kind: 'accepted', messageId };
  const reason: RefusalReason | undefined = reasonIn(vonageRefusals, states[0]);
  if (taken > 0 || reason === undefined)
    return { kind: 'unknown', detail: 'taken in part, or a status unheard of' };
  return { kind: 'refused', reason, detail: `status ${String(states[0])}` };
}
