import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { gatewayKinds } from '../../../../src/adapters/gateways/catalog.ts';
import type { GatewayKind } from '../../../../src/adapters/gateways/shared/gateway-kind.ts';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { inspectConfig } from '../../../../src/settings/load.ts';
import type { Settings } from '../../../../src/settings/settings.ts';
import { TestClock } from '../../../support/test-clock.ts';
import type { ReceivedRequest, WholeAnswer } from './gateway-stand-in.ts';
import { type HttpKindName, rowsOf } from './kind-names.ts';

/** One kind of gateways over HTTP, for what all of them have in common. */
export interface HttpKind {
  readonly kind: HttpKindName;
  /** As an operator writes them; kind and sender are the same for all. */
  readonly settings: (baseUrl: string) => object;
  /** What it answers to its nth text, if it takes it. */
  readonly taken: (request: ReceivedRequest, nth: number) => WholeAnswer;
  /** A sure no, by a code that nobody lists. */
  readonly refused: WholeAnswer;
  /** What it answers to a text that comes too soon after others. */
  readonly throttled: WholeAnswer;
  readonly textOf: (request: ReceivedRequest) => string;
  /** `undefined`: needs an authority of the public. */
  readonly receipt?: (request: ReceivedRequest, nth: number, key: string, receiptsUrl: string) => HttpReceipt;
  /** By the name of each table in its `outcomes.ts`. */
  readonly coded: Readonly<Record<string, CodedAnswers>>;
}

/** A call to make. */
export interface HttpReceipt {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a gateway answers with a code. */
export interface CodedAnswers<Answer = WholeAnswer> {
  readonly answer: (code: string) => Answer;
  /** Codes that are in no table, and mean no for sure. */
  readonly unlisted: readonly string[];
}

/** What stands in the configuration for a gateway of that kind. */
export function settingsAt({ kind, settings }: HttpKind, baseUrl: string): object {
  return { kind, sender: 'Exemplo', ...settings(baseUrl) };
}

/** A gateway of that kind on those settings, and more, as the server opens it, without receipts. */
export async function openKind(row: HttpKind, baseUrl: string, more: object = {}): Promise<SmsGateway> {
  const { faults, values } = inspectConfig({
    env: {},
    overrides: {
      'sms.gateway': { ...settingsAt(row, baseUrl), ...more },
      'receipts.publicUrl': 'https://receipts.bank.example',
    },
  });
  assert.deepEqual(faults, []);
  const kinds: readonly GatewayKind[] = gatewayKinds;
  const found = kinds.find(({ kind }) => kind === row.kind) ?? assert.fail();
  return found.open((values as Settings).sms.gateway, { clock: new TestClock() });
}

/** What our server and the gateway sign receipts with. */
export const key = 'a-key-that-the-gateway-and-we-have-in-common';
const secret = { value: key };
const formOf = ({ body }: ReceivedRequest) => new URLSearchParams(body);
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };
const sid = `SM${'fedcba9876543210'.repeat(2)}`;

/** Made of the number, as some gateways make theirs. */
const idOf = (request: ReceivedRequest, nth: number) => `${JSON.parse(request.body).to.slice(1)}${nth}`;

/** An exception of AWS's, with a slash its reason, or the field that it is about. */
function awsException(code: string) {
  const [type, reason = ''] = code.split('/');
  const isField = ['DestinationPhoneNumber', 'OriginationIdentity', 'MessageBody'].includes(reason);
  const why = isField
    ? { Reason: 'FIELD_VALIDATION_FAILED', Fields: [{ Name: reason, Message: '' }] }
    : { Reason: reason };
  return { status: 400, body: { __type: `com.amazonaws.pinpointsmsvoicev2#${type}`, ...why } };
}

const rows: Readonly<Record<HttpKindName, Omit<HttpKind, 'kind'>>> = {
  twilio: {
    settings: (baseUrl) => ({ baseUrl, accountSid: 'AC1', authToken: secret, receipts: {} }),
    taken: () => ({ status: 201, body: { sid, status: 'queued' } }),
    refused: { status: 400, body: { code: 219999, status: 400 } },
    throttled: { status: 429, body: { code: 20429, status: 429 } },
    textOf: (request) => formOf(request).get('Body') ?? '',
    receipt(request, _nth, signedBy) {
      const url = formOf(request).get('StatusCallback') ?? '';
      const fields = { MessageSid: sid, MessageStatus: 'delivered' };
      const text = Object.entries(fields).reduce((all, [name, value]) => `${all}${name}${value}`, url);
      const signature = createHmac('sha1', signedBy).update(text).digest('base64');
      const headers = { ...form, 'x-twilio-signature': signature };
      return { url, headers, body: String(new URLSearchParams(fields)) };
    },
    coded: {
      outcomes: {
        answer: (code) => ({ status: 400, body: { code: Number(code), status: 400 } }),
        unlisted: ['29999', '219999'],
      },
      // What another state says of the text is open.
      states: { answer: (status) => ({ status: 201, body: { sid: 'SM0123', status } }), unlisted: [] },
    },
  },
  vonage: {
    settings: (baseUrl) => ({
      baseUrl,
      apiKey: secret,
      apiSecret: secret,
      receipts: { signatureSecret: secret },
    }),
    taken: (_, nth) => ({
      status: 200,
      body: { messages: [{ status: '0', 'message-id': `0A0000000123ABC${nth}` }] },
    }),
    refused: { status: 200, body: { messages: [{ status: '99' }] } },
    throttled: { status: 200, body: { messages: [{ status: '1' }] } },
    textOf: (request) => formOf(request).get('text') ?? '',
    receipt(request, _nth, signedBy, url) {
      const fields = {
        'client-ref': formOf(request).get('client-ref') ?? '',
        status: 'delivered',
        timestamp: String(Math.floor(Date.now() / 1000)),
      };
      const text = Object.entries(fields).reduce((all, [name, value]) => `${all}&${name}=${value}`, '');
      const sig = createHmac('sha256', signedBy).update(text).digest('hex');
      return { url, headers: form, body: String(new URLSearchParams({ ...fields, sig })) };
    },
    coded: {
      outcomes: {
        answer: (status) => ({ status: 200, body: { messages: [{ status, 'message-id': 'a3c19f24' }] } }),
        unlisted: ['13', '16', '34', '99'],
      },
    },
  },
  aws: {
    settings: (baseUrl) => ({
      baseUrl,
      region: 'eu-west-1',
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: secret,
    }),
    taken: (_, nth) => ({ status: 200, body: { MessageId: `862a8790-60c0-4430-9b2b-658bd000000${nth}` } }),
    refused: { status: 400, body: { __type: 'ConflictException', Reason: 'SOMETHING_NEW' } },
    throttled: { status: 400, body: { __type: 'ThrottlingException' } },
    textOf: ({ body }) => JSON.parse(body).MessageBody,
    coded: {
      outcomes: {
        answer: awsException,
        unlisted: ['ConflictException/OF_TOMORROW', 'ValidationException/OF_TOMORROW', 'TomorrowException'],
      },
    },
  },
  infobip: {
    settings: (baseUrl) => ({
      baseUrl,
      apiKey: secret,
      receipts: { proof: { kind: 'signed-url', key: secret } },
    }),
    taken: ({ body }) => ({
      status: 200,
      body: {
        messages: [
          {
            messageId: JSON.parse(body).messages[0].destinations[0].messageId,
            status: { groupId: 1, id: 26 },
          },
        ],
      },
    }),
    refused: { status: 200, body: { messages: [{ messageId: 'a', status: { groupId: 5, id: 999 } }] } },
    throttled: { status: 429, body: {} },
    textOf: ({ body }) => JSON.parse(body).messages[0].content.text,
    receipt({ body }, _nth, signedBy) {
      const [message] = JSON.parse(body).messages;
      const { url } = message.webhooks.delivery;
      const report = {
        messageId: message.destinations[0].messageId,
        status: { groupId: 3, name: 'DELIVERED' },
      };
      return {
        url: signedBy === key ? url : url.replace(/signature=./, 'signature=~'),
        headers: json,
        body: JSON.stringify({ results: [report] }),
      };
    },
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
  http: {
    settings: (baseUrl) => ({
      url: `${baseUrl}/send`,
      body: '{"to": "{to}", "from": "{sender}", "text": "{text}"}',
      accepted: { statuses: [200], messageIdPath: 'id' },
      receipts: {
        proof: { kind: 'hmac', header: 'X-Signature', key: secret },
        messageIdPath: 'id',
        statePath: 'state',
        delivered: ['ok'],
        undelivered: ['no'],
      },
    }),
    // A number that no float holds, and in the receipt a text in a field of fixed width.
    taken: (request, nth) => ({ status: 200, body: `{"id": ${idOf(request, nth)}}` }),
    refused: { status: 422, body: {} },
    throttled: { status: 429, body: {} },
    textOf: ({ body }) => JSON.parse(body).text,
    receipt(request, nth, signedBy, url) {
      const body = JSON.stringify({ id: `${idOf(request, nth)}  `, state: 'ok' });
      const signature = createHmac('sha256', signedBy).update(body).digest('hex');
      return { url, headers: { ...json, 'x-signature': signature }, body };
    },
    coded: {},
  },
};

export const httpKinds: readonly HttpKind[] = rowsOf(rows).map(([kind, row]) => ({ kind, ...row }));

/** The row of that kind. */
export const httpKind = (kind: HttpKindName): HttpKind => ({ kind, ...rows[kind] });
