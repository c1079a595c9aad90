import type { KindRule } from '../../../config/kinds.ts';
import { literalCredentials, maskName } from '../../../config/literal-credentials.ts';
import { secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { refusalReasons } from '../../../ports/refusal-reasons.ts';
import { proxyLogin } from '../../http-client/link-settings.ts';
import { gatewayName, link, sender, senders } from '../shared/common-settings.ts';
import type { GatewayRules } from '../shared/gateway-kind.ts';
import { receipts } from './receipts-settings.ts';
import {
  answerRule,
  checkRequestTemplate,
  httpUrl,
  requestTemplate,
  verifiedRequestTemplate,
} from './request-template-settings.ts';

export const settings = Type.Object(
  {
    kind: Type.Literal('http', {
      description: 'Any gateway that accepts a text by one HTTP request, described by request templates.',
    }),
    name: gatewayName('http'),
    method: Type.Enum(['GET', 'POST', 'PUT'], { default: 'POST', description: 'HTTP method.' }),
    url: requestTemplate({ start: httpUrl, description: 'URL of the request, a request template.' }),
    headers: Type.Record(
      Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
      requestTemplate({ description: 'Value of a header, a request template.' }),
      { default: {}, keyAccepts: 'a name of a header', description: 'Headers by name.' },
    ),
    bodyType: Type.Enum(['json', 'form'], {
      default: 'json',
      description: 'Format of the body; values are escaped accordingly.',
    }),
    body: Type.Optional(requestTemplate({ description: 'The body, a request template. Absent: none.' })),
    sender: Type.Optional(
      sender('`{sender}` for countries that `senders` does not name. Absent: no request template uses it.'),
    ),
    senders,
    secrets: Type.Record(
      Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,31}$' }),
      secret({ description: 'A secret for the request templates.' }),
      {
        default: {},
        keyAccepts: 'a name such as apiKey',
        description: 'Secrets for `{secrets.NAME}`, by name.',
      },
    ),
    encodingWords: Type.Object(
      {
        gsm7: Type.String({ default: 'text', description: '`{encoding}` of a text in GSM-7.' }),
        ucs2: Type.String({ default: 'unicode', description: '`{encoding}` of any other text.' }),
      },
      { description: "The gateway's words for the encoding." },
    ),
    accepted: Type.Object(
      {
        ...answerRule,
        messageIdPath: Type.Optional(
          Type.String({ description: "Member with the gateway's message id. Absent: none is stored." }),
        ),
      },
      {
        description:
          'Which answers mean that the text was accepted. All others mean that it was refused, or that the outcome is unknown.',
      },
    ),
    refused: Type.Array(
      Type.Object({
        ...answerRule,
        reason: Type.Enum(refusalReasons, { description: 'What such an answer means.' }),
      }),
      {
        default: [],
        maxItems: 64,
        description:
          'Which answers mean that the text was definitely refused, and why; the first match counts. Of the rest, 4xx are refusals and everything else is unknown.',
      },
    ),
    receipts: Type.Optional(receipts),
    verified: Type.Optional(
      Type.Object(
        {
          method: Type.Enum(['GET', 'POST', 'PUT'], { default: 'POST', description: 'HTTP method.' }),
          url: verifiedRequestTemplate({
            start: httpUrl,
            description: 'URL of the request, a request template with `{messageId}`.',
          }),
          body: Type.Optional(
            verifiedRequestTemplate({
              description: 'The body, a request template of the same type. Absent: none.',
            }),
          ),
        },
        {
          description:
            'The request that reports verified codes to the gateway, with the same headers. Absent: they are not reported.',
        },
      ),
    ),
    check: Type.Optional(
      Type.Object(
        {
          url: checkRequestTemplate({
            start: httpUrl,
            description: 'URL of the request, a request template without the variables of a message.',
          }),
          headers: Type.Record(
            Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
            checkRequestTemplate({
              description: 'Value of a header, a request template without the variables of a message.',
            }),
            { default: {}, keyAccepts: 'a name of a header', description: 'Headers by name.' },
          ),
          valid: Type.Object(
            { ...answerRule, statuses: { ...answerRule.statuses, default: [200] } },
            { description: 'Which answers mean that the credentials are right; a 401 means wrong ones.' },
          ),
        },
        {
          description:
            'A GET request that needs the credentials and has no effect, such as one for the balance; `gsp-otp doctor` makes it. Absent: the doctor only connects.',
        },
      ),
    ),
    ...link,
  },
  { description: 'Generic.' },
);

export type GenericSettings = ValuesOf<typeof settings>;

export const rules: GatewayRules<GenericSettings> = {
  urls: ({ url, check, verified }) => [url, check?.url, verified?.url],
  isCalledBack: (gateway) => gateway.receipts !== undefined,
  between: [
    {
      fault: told(lackingSecrets, 'has a request template with a secret that is not given'),
      accepted: 'each of them under `secrets`',
    },
    proxyLogin,
    { fault: receiptsFault, accepted: 'receipts as docs/gateways.md describes them' },
    {
      fault: (gateway) =>
        gateway.sender === undefined && requestTemplatesOf(gateway).some((text) => text.includes('{sender}'))
          ? 'has a request template with {sender}, and no sender for every country'
          : undefined,
      accepted: '`sender` beside `senders`, or request templates without {sender}',
    },
    {
      fault: told(clearCredentials, 'has credentials in the configuration itself'),
      accepted: 'in production, {secrets.NAME} in their place, and the value under `secrets`',
      inProduction: true,
    },
  ],
};

function told(
  find: (gateway: GenericSettings) => readonly string[],
  what: string,
): KindRule<GenericSettings>['fault'] {
  return (gateway) => {
    const found = find(gateway);
    return found.length === 0 ? undefined : `${what}: ${found.join(', ')}`;
  };
}

/** Secrets that request templates speak of and nobody gave. */
function lackingSecrets(gateway: GenericSettings): readonly string[] {
  const named = requestTemplatesOf(gateway).flatMap((text) => [
    ...text.matchAll(/\{secrets\.([A-Za-z0-9]+)\}/g),
  ]);
  return named.flatMap(([, name = '']) => (Object.hasOwn(gateway.secrets, name) ? [] : [maskName(name)]));
}

/** Where credentials stand in the settings themselves, in words without any of them. */
function clearCredentials(gateway: GenericSettings): readonly string[] {
  const { check = {}, verified = {} } = gateway;
  const within = (name: string, places: readonly string[]) => places.map((place) => `${name}.${place}`);
  return [
    ...literalCredentials(gateway),
    ...within('check', literalCredentials(check)),
    ...within('verified', literalCredentials(verified)),
  ];
}

/** Why receipts could not be told to be the gateway's, or be matched with texts. `undefined`: they can. */
function receiptsFault(gateway: GenericSettings): string | undefined {
  const { receipts: asked } = gateway;
  if (asked === undefined) {
    return requestTemplatesOf(gateway).some((text) => text.includes('{receiptUrl}'))
      ? 'has a request template with {receiptUrl} and no receipts'
      : undefined;
  }
  if (asked.proof.kind === 'signed-url') return undefined;
  if (asked.proof.kind === 'hmac' && asked.from === 'query') {
    return 'takes receipts from the URL, which an HMAC of the body does not prove';
  }
  if (asked.referencePath !== undefined) return undefined;
  return asked.messageIdPath === undefined || gateway.accepted.messageIdPath === undefined
    ? 'has receipts that name no text: receipts.referencePath is missing, or receipts.messageIdPath and accepted.messageIdPath'
    : undefined;
}

function requestTemplatesOf({
  url,
  body = '',
  headers,
  verified,
  check,
}: GenericSettings): readonly string[] {
  return [
    ...[url, body, ...Object.values(headers)],
    ...(verified === undefined ? [] : [verified.url, verified.body ?? '']),
    ...(check === undefined ? [] : [check.url, ...Object.values(check.headers)]),
  ];
}
