import { createHmac } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  type ReceivedRequest,
  type StandInAnswer,
  startStandIn,
} from '../../adapters/gateways/shared/gateway-stand-in.ts';
import { startSmsc } from '../../adapters/gateways/smpp/smpp-server.ts';
import { makeCertificate } from '../../support/test-certificates.ts';

/** A gateway as the server meets it, for what all kinds have in common. */
export interface GatewayKind {
  readonly name: string;
  /** Its settings, and what stands there in its place. Its receipts come to that URL. */
  start(t: TestContext, receiptsUrl: string): Promise<Started>;
}

export interface Started {
  readonly settings: object;
  /**
   * How it takes the next texts: it does, says a sure no by a code that nobody lists, takes leave without an answer, or says
   * that the first one comes too fast.
   */
  behave(how: 'takes' | 'refuses' | 'loses' | 'throttles-once'): Promise<void>;
  /** What it was asked to send until now. */
  texts(): Promise<readonly string[]>;
  /** Tells that the text of that number in `texts()` was delivered, over HTTP signed by that key. */
  deliver?: (text: number, key?: string) => Promise<HttpReceipt | undefined>;
}

/** A call to make; of a gateway that has a session, there is none. */
export interface HttpReceipt {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface HttpKind {
  readonly name: string;
  readonly settings: (baseUrl: string) => object;
  readonly taken: (request: ReceivedRequest, nth: number) => StandInAnswer;
  readonly refused: StandInAnswer;
  readonly throttled: StandInAnswer;
  readonly textOf: (request: ReceivedRequest) => string;
  /** `undefined`: needs an authority of the public. */
  readonly receipt?: (request: ReceivedRequest, nth: number, key: string, receiptsUrl: string) => HttpReceipt;
}

const key = 'a-key-that-the-gateway-and-we-have-in-common';
const secret = { value: key };
const formOf = ({ body }: ReceivedRequest) => new URLSearchParams(body);
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };
const sid = `SM${'fedcba9876543210'.repeat(2)}`;

const authority = makeCertificate({ name: 'authority' });
const { certificate: cert, key: tlsKey } = makeCertificate({ issuer: authority });

/** Made of the number, as some gateways make theirs. */
const idOf = (request: ReceivedRequest, nth: number) => `${JSON.parse(request.body).to.slice(1)}${nth}`;

const httpKinds: readonly HttpKind[] = [
  {
    name: 'twilio',
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
  },
  {
    name: 'vonage',
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
  },
  {
    name: 'aws',
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
  },
  {
    name: 'infobip',
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
  },
  {
    name: 'http',
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
  },
];

/** Over TLS, with a certificate of a private authority. */
function overHttp(kind: HttpKind): GatewayKind {
  const { name } = kind;
  return {
    name,
    async start(t, receiptsUrl) {
      const standIn = await startStandIn(t, 'silence', { cert, key: tlsKey });
      const { requests } = standIn;
      const taken = (request: ReceivedRequest) => kind.taken(request, requests.indexOf(request));
      const throttlesOnce = () => {
        standIn.answer = taken;
        return kind.throttled;
      };
      const answers = {
        takes: taken,
        refuses: kind.refused,
        loses: 'cut-before-headers',
        'throttles-once': throttlesOnce,
      } as const;
      const { receipt } = kind;
      return {
        settings: {
          ...kind.settings(standIn.url),
          kind: name,
          sender: 'Exemplo',
          tlsCa: { value: authority.certificate },
        },
        async behave(how) {
          standIn.answer = answers[how];
        },
        texts: async () => requests.map(kind.textOf),
        ...(receipt && {
          deliver: async (text, signedBy = key) => {
            const request = requests[text];
            return request && receipt(request, text, signedBy, `${receiptsUrl}/receipts/${name}`);
          },
        }),
      };
    },
  };
}

const smpp: GatewayKind = {
  name: 'smpp',
  async start(t) {
    const smsc = await startSmsc(t);
    const submits = async () => {
      await smsc.count('submit_sm');
      return smsc.events.filter(({ event }) => event === 'submit_sm');
    };
    let binds = 1;
    const behaviours = {
      takes: 'number-as-id',
      refuses: 0x0400,
      loses: 'drop',
      'throttles-once': 'throttle-once',
    } as const;
    return {
      settings: {
        kind: 'smpp',
        host: '127.0.0.1',
        port: smsc.port,
        tls: false,
        systemId: 'exemplo',
        password: { value: 'pw-smpp' },
        sender: 'Exemplo',
      },
      async behave(how) {
        await smsc.bound(binds);
        if (how === 'loses') binds += 1;
        await smsc.behave({ submit: behaviours[how] });
      },
      texts: async () =>
        (await submits()).map(({ short_message: hex }) => Buffer.from(String(hex), 'hex').toString('latin1')),
      async deliver(text) {
        const submit = (await submits())[text];
        const session = (await smsc.bound(binds)).session;
        const short_message = `id:000${submit?.['destination_addr']}${submit?.seq} stat:DELIVRD err:000`;
        await smsc.order({ do: 'deliver', session, fields: { esm_class: 4, short_message } });
        return undefined;
      },
    };
  },
};

/** All of those that texts go by. */
export const gatewayKinds: readonly GatewayKind[] = [...httpKinds.map(overHttp), smpp];
