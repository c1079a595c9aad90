import { AwsV4Signer } from 'aws4fetch';
import type { Secret } from '../../../ports/secret.ts';
import type { CredentialCheck, SmsGateway, SmsMessage } from '../../../ports/sms-gateway.ts';
import type { HttpRequest } from '../../http-client/exchange.ts';
import { createLink } from '../../http-client/link.ts';
import type { GatewayAnswer } from '../shared/gateway-answer.ts';
import type { GatewayParts } from '../shared/gateway-kind.ts';
import { createHttpGateway, receiptsByReference } from '../shared/http-gateway.ts';
import { senderFor } from '../shared/sender.ts';
import {
  idAt,
  judgeCheck,
  judgeFailure,
  memberAt,
  parseJson,
  reasonIn,
  textAt,
  type Verdict,
} from '../shared/verdict.ts';
import { outcomes } from './outcomes.ts';
import { askBy, askOctetsBy, createAwsReader } from './receipts.ts';
import type { AwsSettings } from './settings.ts';

/** Bounds of TimeToLive. */
const VALIDITY_SECONDS_MIN = 5;
const VALIDITY_SECONDS_MAX = 259_200;

/**
 * AWS End User Messaging SMS, action SendTextMessage. The reference travels as context, which AWS logs and doesn't
 * compare: a repeated submission is a second text.
 */
export function createAwsGateway(settings: AwsSettings, { clock }: GatewayParts): SmsGateway {
  const { name, region, receipts, reportVerified } = settings;
  const url = `${settings.baseUrl ?? `https://sms-voice.${region}.amazonaws.com`}/`;
  const call = (action: string, parameters: object) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `PinpointSMSVoiceV2.${action}`,
    };
    const request = { verb: 'POST', url, headers, body: JSON.stringify(parameters) };
    return signRequest(request, { ...settings, service: 'sms-voice', nowMs: clock.nowMs() });
  };
  // Amazon SNS has a certificate of a public authority, wherever texts go.
  const link = createLink({ proxy: settings.proxy });
  const read =
    receipts && createAwsReader(name, receipts, clock, askBy(link, clock), { askOctets: askOctetsBy(link) });
  return createHttpGateway({
    name,
    link: settings,
    urls: [url],
    receipts: read && receiptsByReference(read),
    // [docs.aws.amazon.com/goto/WebAPI/pinpoint-sms-voice-v2-2022-03-31/PutMessageFeedback]
    confirm: reportVerified
      ? (messageId) => call('PutMessageFeedback', { MessageId: messageId, MessageFeedbackStatus: 'RECEIVED' })
      : undefined,
    write: (message) => call('SendTextMessage', parametersOf(message, settings)),
    read: readAwsAnswer,
    // [docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_DescribeAccountAttributes.html]
    credentialCheck: { write: () => call('DescribeAccountAttributes', {}), read: judgeAttributes },
  });
}

/** What an answer of AWS's says about a message. */
export function readAwsAnswer({ status, text }: GatewayAnswer): Verdict {
  const answer = parseJson(text);
  if (status === 200) {
    const messageId = idAt(answer, 'MessageId');
    if (messageId !== undefined) return { kind: 'accepted', messageId };
    return { kind: 'unknown', detail: 'success without a message' };
  }
  return judgeFailure(outcomes, faultOf(answer), status);
}

function parametersOf(message: SmsMessage, settings: AwsSettings) {
  const { to, text, reference, validityMs, dlt } = message;
  const { configurationSet, reportVerified } = settings;
  const validitySeconds = Math.max(VALIDITY_SECONDS_MIN, Math.floor(validityMs / 1000));
  return {
    DestinationPhoneNumber: to.reveal(),
    OriginationIdentity: senderFor(message, settings),
    MessageBody: text.reveal(),
    MessageType: 'TRANSACTIONAL',
    TimeToLive: Math.min(VALIDITY_SECONDS_MAX, validitySeconds),
    Context: { reference },
    ...(configurationSet !== undefined && { ConfigurationSetName: configurationSet }),
    ...(reportVerified && { MessageFeedbackEnabled: true }),
    // [docs.aws.amazon.com/goto/WebAPI/pinpoint-sms-voice-v2-2022-03-31/SendTextMessage]
    ...(dlt && {
      DestinationCountryParameters: { IN_ENTITY_ID: dlt.entityId, IN_TEMPLATE_ID: dlt.templateId },
    }),
  };
}

/** AWS says 400 to wrong credentials too. A key that may only send is known, and denied this. */
function judgeAttributes({ status, text }: GatewayAnswer): CredentialCheck {
  const fault = faultOf(parseJson(text));
  const check = judgeCheck(status, fault);
  const isWrong = fault !== 'AccessDeniedException' && reasonIn(outcomes, fault) === 'credentials';
  return check.kind === 'unknown' && isWrong ? { ...check, kind: 'invalid' } : check;
}

/**
 * The type of an exception, without namespace and URL around it, and with a slash its reason where the table knows the two
 * together. [smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html]
 */
function faultOf(answer: unknown): string | undefined {
  const type = textAt(answer, '__type')?.replace(/:.*$/, '').replace(/^.*#/, '');
  const fields = memberAt(answer, 'Fields');
  const faultyFields = Array.isArray(fields) ? fields.map((field) => memberAt(field, 'Name')) : [];
  const telling = ['DestinationPhoneNumber', 'OriginationIdentity', 'MessageBody'];
  const reason = telling.find((field) => faultyFields.includes(field)) ?? textAt(answer, 'Reason');
  const precise = `${type}/${reason}`;
  return reasonIn(outcomes, precise) === undefined ? type : precise;
}

interface SigningTerms {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
}

/** Signs a request with AWS Signature Version 4. */
export async function signRequest(request: HttpRequest, terms: SigningTerms): Promise<HttpRequest> {
  const { verb, url, headers, body } = request;
  const signer = new AwsV4Signer({
    method: verb,
    url,
    headers: { ...headers },
    ...(body !== undefined && { body }),
    accessKeyId: terms.accessKeyId,
    secretAccessKey: terms.secretAccessKey.reveal(),
    region: terms.region,
    service: terms.service,
    datetime: new Date(terms.nowMs).toISOString().replace(/[-:]|\.\d{3}/g, ''),
  });
  const signed = await signer.sign();
  return { ...request, headers: Object.fromEntries(signed.headers) };
}
