import type { TwilioSettings } from '../../../../src/adapters/gateways/twilio/settings.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { openAws, openGeneric, openInfobip, openTwilio, openVonage } from './gateways-under-test.ts';

type Where = Pick<TwilioSettings, 'baseUrl' | 'tlsCa' | 'clientCertificate' | 'proxy'>;

/** One kind of gateways over HTTP, for what all of them have in common. */
export interface HttpKind {
  readonly kind: string;
  readonly open: (where: Where) => SmsGateway;
  /** What it answers to a text that it takes. */
  readonly success: { readonly status: number; readonly body: unknown };
  /** What it answers to a text that comes too soon after others. */
  readonly throttled: { readonly status: number; readonly body: unknown };
  /** By the name of each table in its `outcomes.ts`. */
  readonly coded: Readonly<Record<string, CodedAnswers>>;
}

/** How a gateway answers with a code. */
export interface CodedAnswers<Answer = { readonly status: number; readonly body: unknown }> {
  readonly answer: (code: string) => Answer;
  /** Codes that are in no table, and mean no for sure. */
  readonly unlisted: readonly string[];
}

const secret = new Secret('a-secret-of-the-gateway');
const common = { sender: 'Exemplo' };
const id = 'a3c19f24-63f7-4d11-8c2a-0b6e5d4f1a2b';

/** An exception of AWS's, with a slash its reason, or the field that it is about. */
function awsException(code: string) {
  const [type, reason = ''] = code.split('/');
  const isField = ['DestinationPhoneNumber', 'OriginationIdentity', 'MessageBody'].includes(reason);
  const why = isField
    ? { Reason: 'FIELD_VALIDATION_FAILED', Fields: [{ Name: reason, Message: '' }] }
    : { Reason: reason };
  return { status: 400, body: { __type: `com.amazonaws.pinpointsmsvoicev2#${type}`, ...why } };
}

export const httpKinds: readonly HttpKind[] = [
  {
    kind: 'twilio',
    open: (where) =>
      openTwilio({ ...common, ...where, name: 'twilio', accountSid: 'AC1', authToken: secret }),
    success: { status: 201, body: { sid: 'SM0123', status: 'queued' } },
    throttled: { status: 429, body: { code: 20429, message: 'Too Many Requests', status: 429 } },
    coded: {
      outcomes: {
        answer: (code) => ({ status: 400, body: { code: Number(code), status: 400 } }),
        unlisted: ['29999', '219999'],
      },
      // What another state says of the text is open.
      states: { answer: (status) => ({ status: 201, body: { sid: 'SM0123', status } }), unlisted: [] },
    },
  },
  {
    kind: 'vonage',
    open: (where) => openVonage({ ...common, ...where, name: 'vonage', apiKey: secret, apiSecret: secret }),
    success: { status: 200, body: { messages: [{ status: '0', 'message-id': id }] } },
    throttled: { status: 200, body: { messages: [{ status: '1', 'error-text': 'Throttled' }] } },
    coded: {
      outcomes: {
        answer: (status) => ({ status: 200, body: { messages: [{ status, 'message-id': id }] } }),
        unlisted: ['13', '16', '34', '99'],
      },
    },
  },
  {
    kind: 'aws',
    open: (where) =>
      openAws({
        ...common,
        ...where,
        name: 'aws',
        region: 'eu-west-1',
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: secret,
      }),
    success: { status: 200, body: { MessageId: id } },
    throttled: { status: 400, body: { __type: 'ThrottlingException', Message: 'Rate exceeded' } },
    coded: {
      outcomes: {
        answer: awsException,
        unlisted: ['ConflictException/OF_TOMORROW', 'ValidationException/OF_TOMORROW', 'TomorrowException'],
      },
    },
  },
  {
    kind: 'infobip',
    open: (where) => openInfobip({ ...common, ...where, name: 'infobip', apiKey: secret }),
    success: {
      status: 200,
      body: { messages: [{ messageId: 'AbCdEf0123456789', status: { groupId: 1, id: 26 } }] },
    },
    throttled: { status: 429, body: { errorCode: 'E429', description: 'Too many requests' } },
    coded: {
      outcomes: {
        answer: (status) => ({
          status: 200,
          body: {
            messages: [{ messageId: 'AbCdEf0123456789', status: { groupId: 5, id: Number(status) } }],
          },
        }),
        unlisted: ['4', '999'],
      },
    },
  },
  {
    kind: 'http',
    open: ({ baseUrl, ...link }) =>
      openGeneric({
        ...link,
        name: 'http',
        method: 'POST',
        url: `${baseUrl}/send`,
        headers: {},
        bodyType: 'json',
        body: '{"to": "{to}", "text": "{text}"}',
        secrets: {},
        encodingWords: { gsm7: 'text', ucs2: 'unicode' },
        accepted: { statuses: [200], values: [], messageIdPath: 'id' },
        refused: [],
      }),
    success: { status: 200, body: { id } },
    throttled: { status: 429, body: '' },
    coded: {},
  },
];
