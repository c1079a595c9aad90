import assert from 'node:assert/strict';
import { test } from 'node:test';
import { senderFor } from '../../../../src/adapters/gateways/shared/sender.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import type { SmsGateway, SmsMessage } from '../../../../src/ports/sms-gateway.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { exampleDlt, exampleMessage, startStandIn } from './gateway-stand-in.ts';
import { openAws, openGeneric, openInfobip, openTwilio, openVonage } from './gateways-under-test.ts';
import { type HttpKindName, rowsOf } from './kind-names.ts';

const serviceSid = `MG${'0123456789abcdef'.repeat(2)}`;
const secret = new Secret('a-secret-of-the-gateway');

const senders = { IN: 'EXBANK', CA: serviceSid };

/** A short sender for India, a messaging service for Canada, and one for all others. */
const from = (baseUrl: string) => ({
  name: 'gateway',
  baseUrl,
  sender: '+12025550100',
  senders,
});

type Told = Readonly<Record<string, unknown>>;
const formOf = (body: string): Told => Object.fromEntries(new URLSearchParams(body));

interface Asked {
  readonly open: (baseUrl: string) => SmsGateway;
  /** What the request says of sender and DLT. */
  readonly told: (body: string) => { readonly sender: unknown; readonly dlt: unknown };
  /** How the ids for India are written. `undefined`: not at all. */
  readonly dlt: unknown;
}

/** Over SMPP, see the tests of that kind. */
const gateways: Readonly<Record<HttpKindName, Asked>> = {
  twilio: {
    open: (baseUrl) => openTwilio({ ...from(baseUrl), accountSid: 'AC1', authToken: secret }),
    told: (body) => ({ sender: formOf(body)['From'] ?? formOf(body)['MessagingServiceSid'], dlt: undefined }),
    dlt: undefined,
  },
  vonage: {
    open: (baseUrl) => openVonage({ ...from(baseUrl), apiKey: secret, apiSecret: secret }),
    told(body) {
      const { 'entity-id': entity, 'content-id': content, from: sender } = formOf(body);
      return { sender, dlt: entity === undefined ? undefined : { entity, content } };
    },
    dlt: { entity: exampleDlt.entityId, content: exampleDlt.templateId },
  },
  infobip: {
    open: (baseUrl) => openInfobip({ ...from(baseUrl), apiKey: secret }),
    told(body) {
      const { sender, options } = JSON.parse(body).messages[0];
      return { sender, dlt: options.regional };
    },
    dlt: {
      indiaDlt: { principalEntityId: exampleDlt.entityId, contentTemplateId: exampleDlt.templateId },
    },
  },
  aws: {
    open: (baseUrl) =>
      openAws({
        ...from(baseUrl),
        region: 'ap-south-1',
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: secret,
      }),
    told(body) {
      const { OriginationIdentity: sender, DestinationCountryParameters: dlt } = JSON.parse(body);
      return { sender, dlt };
    },
    dlt: { IN_ENTITY_ID: exampleDlt.entityId, IN_TEMPLATE_ID: exampleDlt.templateId },
  },
  http: {
    open: (baseUrl) =>
      openGeneric({
        name: 'gateway',
        sender: '+12025550100',
        senders,
        url: baseUrl,
        body: '{"from": "{sender}", "entity": "{dltEntityId}", "template": "{dltTemplateId}"}',
      }),
    told(body) {
      const { from: sender, entity, template } = JSON.parse(body);
      return { sender, dlt: entity === '' && template === '' ? undefined : { entity, template } };
    },
    dlt: { entity: exampleDlt.entityId, template: exampleDlt.templateId },
  },
};

for (const [name, { open, told, dlt }] of rowsOf(gateways)) {
  const toldOf = async (url: string, requests: readonly { readonly body: string }[], message: SmsMessage) => {
    await open(url).send(message, deadlineAfter(5000));
    return told(requests.at(-1)?.body ?? '');
  };

  test(`${name}: the sender is the one for the recipient's country`, async (t) => {
    const { url, requests } = await startStandIn(t, { status: 500, body: '' });
    const senderTo = async (country: string | undefined) =>
      (await toldOf(url, requests, { ...exampleMessage, country })).sender;
    assert.equal(await senderTo('IN'), 'EXBANK');
    assert.equal(await senderTo('CA'), serviceSid);
    const other = name === 'vonage' ? '12025550100' : '+12025550100';
    assert.equal(await senderTo('DE'), other);
    assert.equal(await senderTo(undefined), other);
  });

  test(`${name}: ids for India go along ${dlt === undefined ? 'nowhere' : 'in its own fields'}`, async (t) => {
    const { url, requests } = await startStandIn(t, { status: 500, body: '' });
    assert.equal((await toldOf(url, requests, exampleMessage)).dlt, undefined);
    assert.deepEqual((await toldOf(url, requests, { ...exampleMessage, dlt: exampleDlt })).dlt, dlt);
  });
}

test('a name that every object has is no country', () => {
  assert.equal(senderFor({ country: 'constructor' }, { sender: 'A', senders: {} }), 'A');
});
