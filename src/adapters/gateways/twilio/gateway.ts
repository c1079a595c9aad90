import type { SmsGateway } from '../../../ports/sms-gateway.ts';
import type { GatewayAnswer } from '../shared/gateway-answer.ts';
import type { GatewayParts } from '../shared/gateway-kind.ts';
import {
  type CredentialCheckDialect,
  createHttpGateway,
  receiptsByReference,
} from '../shared/http-gateway.ts';
import { receiptUrl } from '../shared/receipt-proof.ts';
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
  textAt,
  type Verdict,
} from '../shared/verdict.ts';
import { outcomes, states } from './outcomes.ts';
import { createTwilioReader } from './receipts.ts';
import type { TwilioSettings } from './settings.ts';

/** Twilio takes a text for at most so many seconds. [twilio.com/docs/api/errors/90007] */
const VALIDITY_SECONDS_MAX = 36_000;

const MESSAGING_SERVICE = /^MG[0-9a-f]{32}$/i;

/**
 * Twilio's Messages API. It has no field for a client reference: a repeated submission is a second text. Nor has it one
 * for DLT ids: sender and texts for India are registered with Twilio beforehand.
 * [support.twilio.com/hc/en-us/articles/21162166457755]
 */
export function createTwilioGateway(settings: TwilioSettings, { receiptsUrl }: GatewayParts): SmsGateway {
  const { name, baseUrl, accountSid, receipts, reportVerified } = settings;
  const receiptToken = receiptsUrl && receipts && (receipts.accountAuthToken ?? settings.authToken);
  const messages = `${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages`;
  const headers = () => ({ ...headersOf(settings), 'content-type': 'application/x-www-form-urlencoded' });
  return createHttpGateway({
    name,
    link: settings,
    urls: [baseUrl],
    receipts: receiptToken ? receiptsByReference(createTwilioReader(name, receiptToken)) : undefined,
    // [twilio.com/docs/messaging/api/message-feedback-resource]
    confirm: reportVerified
      ? (messageId) => ({
          verb: 'POST',
          url: `${messages}/${encodeURIComponent(messageId)}/Feedback.json`,
          headers: headers(),
          body: 'Outcome=confirmed',
        })
      : undefined,
    write(message) {
      const { to, text, reference, validityMs } = message;
      const sender = senderFor(message, settings);
      return {
        verb: 'POST',
        url: `${messages}.json`,
        headers: headers(),
        body: new URLSearchParams({
          To: to.reveal(),
          [MESSAGING_SERVICE.test(sender) ? 'MessagingServiceSid' : 'From']: sender,
          Body: text.reveal(),
          ValidityPeriod: String(Math.min(VALIDITY_SECONDS_MAX, Math.max(1, Math.floor(validityMs / 1000)))),
          ...(receiptsUrl && receiptToken && { StatusCallback: receiptUrl(receiptsUrl, reference) }),
          ...(reportVerified && { ProvideFeedback: 'true' }),
        }).toString(),
      };
    },
    read: readTwilioAnswer,
    credentialCheck: credentialCheckOf(settings),
  });
}

/** What an answer of Twilio's says about a message. */
export function readTwilioAnswer({ status, text }: GatewayAnswer): Verdict {
  const body = parseJson(text);
  return status === 200 || status === 201
    ? judgeMessage(body)
    : judgeFailure(outcomes, memberAt(body, 'code'), status);
}

function headersOf({ accountSid, apiKeySid, authToken }: TwilioSettings) {
  const user = Buffer.from(`${apiKeySid ?? accountSid}:${authToken.reveal()}`);
  return { authorization: `Basic ${user.toString('base64')}`, accept: 'application/json' };
}

/**
 * An account reads itself. An API key is mostly not allowed to, and told 401 as if it were wrong; so it looks whether the
 * account has a number. [twilio.com/docs/api/errors/20003, twilio.com/docs/iam/api-keys/keys-in-console]
 */
function credentialCheckOf(settings: TwilioSettings): CredentialCheckDialect {
  const { baseUrl, accountSid, apiKeySid } = settings;
  const account = `${baseUrl}/2010-04-01/Accounts/${accountSid}`;
  const url = apiKeySid === undefined ? `${account}.json` : `${account}/IncomingPhoneNumbers.json?PageSize=1`;
  return {
    write: () => ({ verb: 'GET', url, headers: headersOf(settings), body: undefined }),
    read({ status, text }) {
      const body = parseJson(text);
      const state = apiKeySid === undefined ? textAt(body, 'status') : undefined;
      // An account that is suspended or closed sends nothing. [twilio.com/docs/iam/api/account]
      if (status === 200 && (state === 'suspended' || state === 'closed')) {
        return { kind: 'invalid', detail: `the account is ${state}` };
      }
      return judgeCheck(status, memberAt(body, 'code'));
    },
  };
}

function judgeMessage(body: unknown): Verdict {
  const messageId = idAt(body, 'sid');
  const outcome = outcomeIn(states, memberAt(body, 'status'));
  if (messageId === undefined || outcome === undefined) {
    return { kind: 'unknown', detail: 'success without a message' };
  }
  if (outcome === 'accepted') return { kind: 'accepted', messageId };
  const code = codeWord(memberAt(body, 'error_code'));
  const detail = code === undefined ? 'created as failed' : `created as failed, code ${code}`;
  return { kind: 'refused', reason: reasonIn(outcomes, code) ?? 'unexplained', detail };
}
