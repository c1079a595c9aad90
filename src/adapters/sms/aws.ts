import { AwsV4Signer } from 'aws4fetch';
import type { Clock } from '../../ports/clock.ts';
import type { Secret } from '../../ports/secret.ts';
import type { SmsGateway } from '../../ports/sms-gateway.ts';
import { awsRefusals } from './aws-refusals.ts';
import type { GatewayAnswer, GatewayRequest } from './exchange.ts';
import { createHttpGateway } from './http-gateway.ts';
import { judgeFailure, memberAt, parseJson, reasonIn, textAt, type Verdict } from './verdict.ts';

export interface AwsSettings {
  readonly name: string;
  /** Such as `eu-west-1`. */
  readonly region: string;
  /** `undefined`: the public endpoint of the region. Without a slash at its end. */
  readonly baseUrl?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Phone number, sender id, pool, or the id or ARN of one. */
  readonly sender: string;
  readonly configurationSet?: string;
}

/** Bounds of TimeToLive. */
const VALIDITY_SECONDS_MIN = 5;
const VALIDITY_SECONDS_MAX = 259_200;

/**
 * AWS End User Messaging SMS, action SendTextMessage. The reference travels as context, which AWS logs and doesn't
 * compare: a repeated submission is a second text.
 */
export function createAwsGateway(settings: AwsSettings, clock: Clock): SmsGateway {
  const { name, region, sender, configurationSet } = settings;
  const url = `${settings.baseUrl ?? `https://sms-voice.${region}.amazonaws.com`}/`;
  return createHttpGateway({
    name,
    write: ({ to, text, reference, validityMs }) => {
      const body = JSON.stringify({
        DestinationPhoneNumber: to.reveal(),
        OriginationIdentity: sender,
        MessageBody: text.reveal(),
        MessageType: 'TRANSACTIONAL',
        TimeToLive: Math.min(
          VALIDITY_SECONDS_MAX,
          Math.max(VALIDITY_SECONDS_MIN, Math.floor(validityMs / 1000)),
        ),
        Context: { reference },
        ...(configurationSet !== undefined && { ConfigurationSetName: configurationSet }),
      });
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'PinpointSMSVoiceV2.SendTextMessage',
      };
      const request = { method: 'POST', url, headers, body };
      return signRequest(request, { ...settings, service: 'sms-voice', nowMs: clock.nowMs() });
    },
    read: readAwsAnswer,
  });
}

/** What an answer of AWS's says about the message. */
export function readAwsAnswer({ status, text }: GatewayAnswer): Verdict {
  const answer = parseJson(text);
  if (status !== 200) return judgeFailure(awsRefusals, faultOf(answer), status);
  const messageId = textAt(answer, 'MessageId');
  if (messageId !== undefined) return { kind: 'accepted', messageId };
  return { kind: 'unknown', detail: 'success without a message' };
}

/** The type of an exception, and with a slash its reason where the table knows the two together. */
function faultOf(answer: unknown): string | undefined {
  const type = textAt(answer, '__type')?.replace(/^.*#/, '');
  const fields = memberAt(answer, 'Fields');
  const faultyFields = Array.isArray(fields) ? fields.map((field) => memberAt(field, 'Name')) : [];
  const reason = faultyFields.includes('DestinationPhoneNumber')
    ? 'DestinationPhoneNumber'
    : textAt(answer, 'Reason');
  const precise = `${type}/${reason}`;
  return reasonIn(awsRefusals, precise) === undefined ? type : precise;
}

interface SigningTerms {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
}

/** Signs a request with AWS Signature Version 4. */
export async function signRequest(request: GatewayRequest, terms: SigningTerms): Promise<GatewayRequest> {
  const { method, url, headers, body } = request;
  const signer = new AwsV4Signer({
    method,
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
