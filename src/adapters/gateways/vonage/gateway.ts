import type { SmsGateway } from '../../../ports/sms-gateway.ts';
import type { HttpRequest } from '../../http-client/exchange.ts';
import type { GatewayAnswer } from '../shared/gateway-answer.ts';
import type { GatewayParts } from '../shared/gateway-kind.ts';
import { createHttpGateway, receiptsByReference } from '../shared/http-gateway.ts';
import { senderFor } from '../shared/sender.ts';
import {
  codeWord,
  idAt,
  judgeCheck,
  judgeFailure,
  memberAt,
  outcomeIn,
  parseJson,
  reasonIn,
  type Verdict,
} from '../shared/verdict.ts';
import { outcomes } from './outcomes.ts';
import { createVonageReader } from './receipts.ts';
import type { VonageSettings } from './settings.ts';

/** Bounds of `ttl`. [developer.vonage.com/en/api/sms] */
const TTL_MS_MIN = 20_000;
const TTL_MS_MAX = 604_800_000;

/**
 * Vonage's SMS API. The reference travels as `client-ref`, which Vonage shows in receipts and doesn't compare: a
 * repeated submission is a second text.
 */
export function createVonageGateway(settings: VonageSettings, { clock }: GatewayParts): SmsGateway {
  const { name, baseUrl, apiKey, apiSecret, receipts } = settings;
  const conversionUrl = settings.reportVerified ? settings.conversionUrl : undefined;
  return createHttpGateway({
    name,
    link: settings,
    urls: [baseUrl, conversionUrl],
    receipts: receipts && receiptsByReference(createVonageReader(name, receipts, clock)),
    confirm:
      conversionUrl === undefined
        ? undefined
        : (messageId) => {
            const url = `${conversionUrl}/conversions/sms`;
            return conversionOf(url, messageId, `${apiKey.reveal()}:${apiSecret.reveal()}`, clock.nowMs());
          },
    write(message) {
      const { to, text, encoding, reference, validityMs, dlt } = message;
      return {
        verb: 'POST',
        url: `${baseUrl}/sms/json`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams({
          api_key: apiKey.reveal(),
          api_secret: apiSecret.reveal(),
          from: senderFor(message, settings).replace(/^\+/, ''),
          to: to.reveal().slice(1),
          text: text.reveal(),
          type: encoding === 'gsm-7' ? 'text' : 'unicode',
          ttl: String(Math.min(TTL_MS_MAX, Math.max(TTL_MS_MIN, Math.floor(validityMs)))),
          'client-ref': reference,
          // [developer.vonage.com/en/blog/introducing-distribution-ledger-technology-sms-indian-regulation]
          ...(dlt && { 'entity-id': dlt.entityId, 'content-id': dlt.templateId }),
        }).toString(),
      };
    },
    read: readVonageAnswer,
    // [developer.vonage.com/en/account/code-snippets/account-balance]
    credentialCheck: {
      write() {
        const user = Buffer.from(`${apiKey.reveal()}:${apiSecret.reveal()}`);
        const headers = { authorization: `Basic ${user.toString('base64')}`, accept: 'application/json' };
        return { verb: 'GET', url: `${baseUrl}/account/get-balance`, headers, body: undefined };
      },
      read: ({ status, text }) => judgeCheck(status, memberAt(parseJson(text), 'error-code')),
    },
  });
}

/** What an answer of Vonage's says about a message. */
export function readVonageAnswer({ status, text }: GatewayAnswer): Verdict {
  const body = parseJson(text);
  return status === 200
    ? judgeParts(body)
    : judgeFailure({}, memberAt(body, 'messages', 0, 'status'), status);
}

/**
 * A long text is one message a part. All must be taken; if only some are, something may arrive. [OQ-28] Any status but 0
 * means that something went wrong, listed or not.
 */
function judgeParts(body: unknown): Verdict {
  const parts = memberAt(body, 'messages');
  if (!Array.isArray(parts) || parts.length === 0)
    return { kind: 'unknown', detail: 'success without a message' };
  const states = parts.map((part) => String(memberAt(part, 'status')));
  const [state] = states;
  const messageId = idAt(parts[0], 'message-id');
  if (states.every((each) => outcomeIn(outcomes, each) === 'accepted') && messageId !== undefined)
    return { kind: 'accepted', messageId };
  if (!states.every((each) => /^[1-9][0-9]*$/.test(each)))
    return { kind: 'unknown', detail: 'taken in part, or no status' };
  const reason = reasonIn(outcomes, state) ?? 'unexplained';
  return { kind: 'refused', reason, detail: `status ${codeWord(state) ?? 'unheard of'}` };
}

/** [developer.vonage.com/api/conversion] */
function conversionOf(url: string, messageId: string, credentials: string, nowMs: number): HttpRequest {
  const query = new URLSearchParams({
    'message-id': messageId,
    delivered: 'true',
    timestamp: new Date(nowMs).toISOString().replace('T', ' ').slice(0, 19),
  });
  return {
    verb: 'POST',
    url: `${url}?${query}`,
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: undefined,
  };
}
