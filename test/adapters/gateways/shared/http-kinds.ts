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
}

const secret = new Secret('a-secret-of-the-gateway');
const common = { sender: 'Exemplo' };
const id = 'a3c19f24-63f7-4d11-8c2a-0b6e5d4f1a2b';

export const httpKinds: readonly HttpKind[] = [
  {
    kind: 'twilio',
    open: (where) =>
      openTwilio({ ...common, ...where, name: 'twilio', accountSid: 'AC1', authToken: secret }),
    success: { status: 201, body: { sid: 'SM0123', status: 'queued' } },
    throttled: { status: 429, body: { code: 20429, message: 'Too Many Requests', status: 429 } },
  },
  {
    kind: 'vonage',
    open: (where) => openVonage({ ...common, ...where, name: 'vonage', apiKey: secret, apiSecret: secret }),
    success: { status: 200, body: { messages: [{ status: '0', 'message-id': id }] } },
    throttled: { status: 200, body: { messages: [{ status: '1', 'error-text': 'Throttled' }] } },
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
  },
  {
    kind: 'infobip',
    open: (where) => openInfobip({ ...common, ...where, name: 'infobip', apiKey: secret }),
    success: {
      status: 200,
      body: { messages: [{ messageId: 'AbCdEf0123456789', status: { groupId: 1, id: 26 } }] },
    },
    throttled: { status: 429, body: { errorCode: 'E429', description: 'Too many requests' } },
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
  },
];
