import type { SmsGateway, SmsMessage } from '../../../ports/sms-gateway.ts';
import type { GatewayAnswer } from '../shared/gateway-answer.ts';
import type { GatewayParts } from '../shared/gateway-kind.ts';
import { createHttpGateway, receiptsByReference } from '../shared/http-gateway.ts';
import { signedReceiptUrl } from '../shared/receipt-proof.ts';
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
import { createInfobipReader } from './receipts.ts';
import type { InfobipSettings } from './settings.ts';

const CONVERSION_TRACKING = { useConversionTracking: true, conversionTrackingName: 'ONE_TIME_PIN' };

/**
 * Infobip's SMS API v3. The reference travels as the message's id, which must not occur twice.
 */
export function createInfobipGateway(settings: InfobipSettings, { receiptsUrl }: GatewayParts): SmsGateway {
  const { name, baseUrl, apiKey, receipts, reportVerified } = settings;
  const headers = () => ({ authorization: `App ${apiKey.reveal()}`, accept: 'application/json' });
  return createHttpGateway({
    name,
    link: settings,
    urls: [baseUrl],
    receipts:
      receiptsUrl && receipts ? receiptsByReference(createInfobipReader(name, receipts.proof)) : undefined,
    confirm: reportVerified
      ? (messageId) => ({
          verb: 'POST',
          url: `${baseUrl}/ct/1/log/end/${encodeURIComponent(messageId)}`,
          headers: { ...headers(), 'content-type': 'application/json' },
          body: undefined,
        })
      : undefined,
    write: (message) => ({
      verb: 'POST',
      url: `${baseUrl}/sms/3/messages`,
      headers: { ...headers(), 'content-type': 'application/json' },
      body: JSON.stringify({
        messages: [
          {
            ...writeMessage(message, senderFor(message, settings)),
            ...webhooksFor(settings, receiptsUrl, message.reference),
          },
        ],
        ...(reportVerified && { options: { conversionTracking: CONVERSION_TRACKING } }),
      }),
    }),
    read: readInfobipAnswer,
    // [dev.infobip.com/settings/account-balance]
    credentialCheck: {
      write: () => ({
        verb: 'GET',
        url: `${baseUrl}/account/1/balance`,
        headers: headers(),
        body: undefined,
      }),
      read: ({ status, text }) => judgeCheck(status, codeIn(parseJson(text))),
    },
  });
}

/** Reports that prove themselves by their URL go to it; all others go where the account's subscription says. */
function webhooksFor(
  { name, receipts }: InfobipSettings,
  receiptsUrl: string | undefined,
  reference: string,
): object {
  if (receiptsUrl === undefined || receipts?.proof.kind !== 'signed-url') return {};
  const url = signedReceiptUrl(receiptsUrl, reference, name, receipts.proof.key);
  return { webhooks: { delivery: { url }, contentType: 'application/json' } };
}

/** What an answer of Infobip's says about a message. */
export function readInfobipAnswer({ status, text }: GatewayAnswer): Verdict {
  const body = parseJson(text);
  return status === 200 ? judgeStatus(body) : judgeFailure({}, codeIn(body), status);
}

function writeMessage({ to, text, reference, validityMs, dlt }: SmsMessage, sender: string) {
  return {
    sender,
    destinations: [{ to: to.reveal().slice(1), messageId: reference }],
    content: { text: text.reveal() },
    options: {
      validityPeriod: { amount: Math.max(1, Math.floor(validityMs / 1000)), timeUnit: 'SECONDS' },
      // [github.com/infobip/infobip-api-java-client: SmsMessageOptions, SmsRegionalOptions, IndiaDltOptions]
      ...(dlt && {
        regional: { indiaDlt: { principalEntityId: dlt.entityId, contentTemplateId: dlt.templateId } },
      }),
    },
  };
}

/** Two shapes are documented: the newer one, and the one of the older APIs. */
function codeIn(body: unknown): unknown {
  return memberAt(body, 'errorCode') ?? memberAt(body, 'requestError', 'serviceException', 'messageId');
}

/** Group ids of `status`. */
const PENDING = 1;
const UNDELIVERABLE = 2;
const DELIVERED = 3;
const EXPIRED = 4;
const REJECTED = 5;

function judgeStatus(body: unknown): Verdict {
  const messageId = idAt(body, 'messages', 0, 'messageId');
  const group = Number(memberAt(body, 'messages', 0, 'status', 'groupId') ?? Number.NaN);
  const id = memberAt(body, 'messages', 0, 'status', 'id');
  if ((group === PENDING || group === DELIVERED) && messageId !== undefined)
    return { kind: 'accepted', messageId };
  if (outcomeIn(outcomes, id) === 'unknown') return { kind: 'unknown', detail: `status ${codeWord(id)}` };
  const reason = reasonIn(outcomes, id);
  if (group === REJECTED || group === UNDELIVERABLE || (group === EXPIRED && reason !== undefined)) {
    return {
      kind: 'refused',
      reason: reason ?? 'unexplained',
      detail: `status ${codeWord(id) ?? 'unheard of'}`,
    };
  }
  // What expired otherwise may have been on its way.
  return { kind: 'unknown', detail: 'no status, or one unheard of' };
}
