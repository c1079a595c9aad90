import { getCountries } from 'libphonenumber-js/max';
import type { TString } from 'typebox';
import { publicText, secret } from '../config/references.ts';
import { Type } from '../config/setting-words.ts';
import { SHOWN_IN_ID } from '../ports/hidden-characters.ts';
import { link } from './link-settings.ts';
import {
  awsReceipts,
  httpReceipts,
  infobipReceipts,
  reportVerified,
  twilioReceipts,
  vonageReceipts,
} from './receipts-settings.ts';

/*
 * The gateways that deliver texts: one row a kind. Members of the same name mean the same in every kind.
 */

const gatewayName = (byDefault: string) =>
  Type.String({
    default: byDefault,
    pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
    accepts: '1 to 32 of a-z 0-9 -',
    description: 'Its name in the log and in the record.',
  });

const url = {
  pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+(/[^\\s/?#]+)*$',
  accepts: 'a URL such as https://api.example.com, without a slash at its end; https in production',
};

const baseUrl = (byDefault: string) =>
  Type.String({ ...url, default: byDefault, description: 'Where its API is; regional hosts differ.' });

const sender = (description: string) =>
  Type.String({ pattern: `^${SHOWN_IN_ID}{1,256}$`, accepts: '1 to 256 printable characters', description });

const sendersOf = (one: (description: string) => TString) =>
  Type.Optional(
    Type.Record(
      Type.String({ pattern: `^(${getCountries().join('|')})$` }),
      one('Sender for the numbers of that country.'),
      {
        keyAccepts: 'an ISO 3166-1 alpha-2 country code such as BR',
        description: "Other senders, by ISO 3166-1 alpha-2 code of the number's country. Absent: none.",
      },
    ),
  );

const senders = sendersOf(sender);

const token = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9._~+/=-]{1,256}$', accepts: 'as the gateway shows it', description });

const twilio = Type.Object(
  {
    kind: Type.Literal('twilio', { description: 'Twilio, Messages API.' }),
    name: gatewayName('twilio'),
    baseUrl: baseUrl('https://api.twilio.com'),
    accountSid: token('Account SID, such as AC0123….'),
    apiKeySid: Type.Optional(
      token('SID of an API key, such as SK0123…. Absent: the account signs in itself.'),
    ),
    authToken: secret({ description: 'Auth token of the account, or secret of the API key.' }),
    sender: sender('Phone number, alphanumeric sender id, or SID of a messaging service (MG0123…).'),
    receipts: Type.Optional(twilioReceipts),
    reportVerified: reportVerified('Message Feedback'),
    senders,
    ...link,
  },
  { description: 'Twilio.' },
);

const vonage = Type.Object(
  {
    kind: Type.Literal('vonage', { description: 'Vonage, SMS API.' }),
    name: gatewayName('vonage'),
    baseUrl: baseUrl('https://rest.nexmo.com'),
    apiKey: secret({ description: 'API key.' }),
    apiSecret: secret({ description: 'API secret.' }),
    sender: sender('Phone number or alphanumeric sender id.'),
    receipts: Type.Optional(vonageReceipts),
    reportVerified: reportVerified('Conversion API'),
    conversionUrl: Type.String({
      ...url,
      default: 'https://api.nexmo.com',
      description: 'Where its Conversion API is.',
    }),
    senders,
    ...link,
  },
  { description: 'Vonage.' },
);

const aws = Type.Object(
  {
    kind: Type.Literal('aws', { description: 'AWS End User Messaging SMS.' }),
    name: gatewayName('aws'),
    region: Type.String({
      pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]$',
      accepts: 'a region of AWS such as eu-west-1',
      description: 'Region of the sender.',
    }),
    baseUrl: Type.Optional(
      Type.String({ ...url, description: 'Where its API is. Absent: the public endpoint of the region.' }),
    ),
    accessKeyId: token('Id of an access key that may do sms-voice:SendTextMessage.'),
    secretAccessKey: secret({ description: 'The secret access key.' }),
    sender: sender('Phone number, sender id or pool; or the id or ARN of one.'),
    senders,
    configurationSet: Type.Optional(token('Configuration set for the events. Absent: none.')),
    receipts: Type.Optional(awsReceipts),
    reportVerified: reportVerified('message feedback; the key needs sms-voice:PutMessageFeedback'),
    ...link,
  },
  { description: 'AWS.' },
);

const infobip = Type.Object(
  {
    kind: Type.Literal('infobip', { description: 'Infobip, SMS API v3.' }),
    name: gatewayName('infobip'),
    baseUrl: Type.String({
      ...url,
      description: "The account's own host, such as https://abc123.api.infobip.com.",
    }),
    apiKey: secret({ description: 'API key.' }),
    sender: sender('Phone number or alphanumeric sender id.'),
    receipts: Type.Optional(infobipReceipts),
    reportVerified: reportVerified('conversion tracking'),
    senders,
    ...link,
  },
  { description: 'Infobip.' },
);

/** Placeholders of `src/adapters/gateways/http/request-template.ts`; any other word in braces is a mistake. */
const placeholders =
  'to|toDigits|sender|text|reference|validitySeconds|country|language|encoding|receiptUrl|dltEntityId|dltTemplateId|secrets\\.[a-z][A-Za-z0-9]*';

const templateOf = (words: string, options: TemplateOptions & { readonly accepts: string }) =>
  Type.String({
    pattern: `^${options.start ?? ''}([^{]|\\{(${words})\\}|\\{(?![A-Za-z.]+\\}))*$`,
    accepts: options.accepts,
    sensitive: true,
    description: options.description,
  });

interface TemplateOptions {
  readonly description: string;
  readonly start?: string;
}

const template = (options: TemplateOptions) =>
  templateOf(placeholders, {
    ...options,
    accepts:
      'a text with {to}, {toDigits}, {sender}, {text}, {reference}, {validitySeconds}, {country}, {language}, {encoding}, {receiptUrl}, {dltEntityId}, {dltTemplateId} or {secrets.NAME} in it',
  });

/** For the request that tells of a verified code. */
const verifiedTemplate = (options: TemplateOptions) =>
  templateOf('messageId|secrets\\.[a-z][A-Za-z0-9]*', {
    ...options,
    accepts: 'a text with {messageId} or {secrets.NAME} in it',
  });

/** For requests about no message. */
const checkTemplate = (options: TemplateOptions) =>
  templateOf('secrets\\.[a-z][A-Za-z0-9]*', { ...options, accepts: 'a text with {secrets.NAME} in it' });

const httpUrl = '(?=https?://[A-Za-z0-9])';

const answerRule = {
  statuses: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
    default: [],
    description: 'HTTP statuses; empty: any.',
  }),
  path: Type.Optional(
    Type.String({
      pattern: '^[^.\\s]+(\\.[^.\\s]+)*$',
      accepts: 'names and positions with dots between them, such as messages.0.status',
      description: 'A member of the JSON answer. Absent: only the status counts.',
    }),
  ),
  values: Type.Array(Type.String(), {
    default: [],
    description: 'What that member may be, as text; empty: anything.',
  }),
};

const refusalReasons = [
  'invalid-number',
  'blocked',
  'content',
  'sender-not-allowed',
  'recipient-limit',
  'throttled',
  'quota',
  'credentials',
  'gateway-down',
  'unexplained',
] as const;

const http = Type.Object(
  {
    kind: Type.Literal('http', {
      description: 'Any gateway that takes a text by one HTTP request; described by templates.',
    }),
    name: gatewayName('http'),
    method: Type.Enum(['GET', 'POST', 'PUT'], { default: 'POST', description: 'HTTP method.' }),
    url: template({ start: httpUrl, description: 'Its URL, a template.' }),
    headers: Type.Record(
      Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
      template({ description: 'Value of a header, a template.' }),
      { default: {}, keyAccepts: 'a name of a header', description: 'Headers by name.' },
    ),
    bodyType: Type.Enum(['json', 'form'], {
      default: 'json',
      description: 'What the body is: values are written into it accordingly.',
    }),
    body: Type.Optional(template({ description: 'The body, a template. Absent: none.' })),
    sender: Type.Optional(sender('`{sender}` where `senders` has none. Absent: no template names it.')),
    senders,
    secrets: Type.Record(
      Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,31}$' }),
      secret({ description: 'A secret for the templates.' }),
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
          Type.String({ description: "Member with the gateway's message id. Absent: none is kept." }),
        ),
      },
      {
        description:
          'Which answers mean that the text was taken; all others mean that it was not, or leave it open.',
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
          'Which answers mean that it was certainly not taken, and why; the first that fits counts. Of the rest, 4xx are refusals and everything else is unknown.',
      },
    ),
    receipts: Type.Optional(httpReceipts),
    verified: Type.Optional(
      Type.Object(
        {
          method: Type.Enum(['GET', 'POST', 'PUT'], { default: 'POST', description: 'HTTP method.' }),
          url: verifiedTemplate({
            start: httpUrl,
            description: 'Its URL, a template with `{messageId}`.',
          }),
          body: Type.Optional(
            verifiedTemplate({ description: 'The body, a template of the same type. Absent: none.' }),
          ),
        },
        {
          description:
            'The request that tells the gateway which codes were verified, with the same headers. Absent: it is not told.',
        },
      ),
    ),
    check: Type.Optional(
      Type.Object(
        {
          url: checkTemplate({ start: httpUrl, description: 'Its URL, a template without a message.' }),
          headers: Type.Record(
            Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
            checkTemplate({ description: 'Value of a header, a template without a message.' }),
            { default: {}, keyAccepts: 'a name of a header', description: 'Headers by name.' },
          ),
          valid: Type.Object(
            { ...answerRule, statuses: { ...answerRule.statuses, default: [200] } },
            { description: 'Which answers mean that the credentials are right; a 401 means wrong ones.' },
          ),
        },
        {
          description:
            'A GET request that needs the credentials and does nothing, such as one for the balance: `gsp-otp doctor` makes it. Absent: the doctor only connects.',
        },
      ),
    ),
    ...link,
  },
  { description: 'Generic.' },
);

const octet = (description: string) =>
  Type.Optional(
    Type.Integer({ minimum: 0, maximum: 255, description: `${description} Absent: follows from it.` }),
  );

const numberType = (what: string, usual: string) =>
  Type.Optional(
    Type.Object(
      {
        ton: Type.Integer({ minimum: 0, maximum: 255, description: `Type of number of ${what}.` }),
        npi: Type.Integer({ minimum: 0, maximum: 255, description: `Numbering plan of ${what}.` }),
      },
      { description: `Those of ${what}. Absent: ${usual}.` },
    ),
  );

/** A word of SMPP: its strings are ASCII. */
const word = (lengthMax: number, description: string) =>
  Type.String({
    pattern: `^[\\x20-\\x7e]{1,${lengthMax}}$`,
    accepts: `1 to ${lengthMax} printable ASCII characters`,
    description,
  });

const smpp = Type.Object(
  {
    kind: Type.Literal('smpp', { description: 'SMPP 3.4: an SMSC, or any gateway that speaks as one.' }),
    name: gatewayName('smpp'),
    host: Type.String({
      pattern: '^[A-Za-z0-9.:-]{1,253}$',
      accepts: 'a host name or an address',
      description: 'Where it listens.',
    }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, description: 'On which port.' }),
    tls: Type.Boolean({ default: true, description: 'Speak TLS, 1.2 or newer.' }),
    tlsCa: Type.Optional(
      publicText({
        fileBytesMax: 1_048_576,
        description: 'Certificates in PEM of those who may have issued its certificate. Absent: public ones.',
      }),
    ),
    clientCertificate: link.clientCertificate,
    privateLink: Type.Boolean({
      default: false,
      description: 'The way to it is private, such as a VPN, so that production may do without TLS.',
    }),
    systemId: word(64, 'Name of the account: system_id. At most 15 characters unless longCredentials.'),
    password: secret({ description: 'Its password, ASCII. At most 8 characters unless longCredentials.' }),
    longCredentials: Type.Boolean({
      default: false,
      description:
        'The gateway takes a systemId or a password that is longer than SMPP has room for. Others read the fields behind it wrongly.',
    }),
    bindMode: Type.Enum(['transceiver', 'transmitter+receiver'], {
      default: 'transceiver',
      description: 'One session for texts and receipts, or one for each.',
    }),
    systemType: Type.Optional(word(12, 'system_type, where the gateway wants one. Absent: empty.')),
    sender: word(20, 'Phone number (+…), short code or alphanumeric sender id.'),
    senders: sendersOf((description) => word(20, description)),
    senderTon: octet('Type of number of every sender.'),
    senderNpi: octet('Numbering plan of every sender.'),
    senderTypes: Type.Optional(
      Type.Object(
        {
          letters: numberType('a sender with letters', '5 and 0'),
          shortCode: numberType('a sender of up to eight digits', '3 and 0'),
          number: numberType('a phone number', '1 and 1'),
        },
        { description: 'Type of number and numbering plan by kind of sender. Absent: as usual.' },
      ),
    ),
    recipientTon: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 255,
      description: 'Type of number of the recipient.',
    }),
    recipientNpi: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 255,
      description: 'Numbering plan of the recipient.',
    }),
    serviceType: Type.Optional(word(5, 'service_type, where the gateway wants one. Absent: empty.')),
    charset: Type.Enum(['gsm-7', 'latin-1', 'ascii'], {
      default: 'gsm-7',
      description:
        'What the gateway takes the octets of a text for, unless it is in UCS-2: gsm-7 is one septet an octet. What can not be written in it goes in UCS-2.',
    }),
    dataCoding: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 3,
      description: 'data_coding of texts in charset: 0, the alphabet of the gateway; 1, ASCII; 3, Latin-1.',
    }),
    validity: Type.Enum(['relative', 'absolute', 'none'], {
      default: 'relative',
      description:
        'How validity_period is written: as a duration, as a moment in UTC, or not at all, so that texts may come when their code is over.',
    }),
    window: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 1000,
      description: 'So many texts may wait for their answer at a time.',
    }),
    ratePerSecond: Type.Optional(
      Type.Number({
        minimum: 0.1,
        maximum: 10_000,
        description: 'Texts a second that the account may send. Absent: as many as come.',
      }),
    ),
    enquireLinkMs: Type.Integer({
      default: 30_000,
      minimum: 1000,
      maximum: 600_000,
      unit: 'ms',
      description: 'The session is looked after so often; unanswered for 10 s, it is opened anew.',
    }),
    receipts: Type.Boolean({ default: true, description: 'Ask for delivery receipts.' }),
    messageIds: Type.Enum(['auto', 'same', 'decimal', 'hex', 'hex-then-decimal', 'decimal-then-hex'], {
      default: 'auto',
      description:
        'How message ids are written in the answer to a text and in its receipt. Zeros in front and the case of hexadecimal digits never matter.',
    }),
    refusals: Type.Record(
      Type.String({ pattern: '^(0x[0-9a-f]{8}|ESME_[A-Z_]{2,40})$' }),
      Type.Enum(refusalReasons, { description: 'What that status means.' }),
      {
        default: {},
        keyAccepts: 'a command_status such as 0x0000040b, or its name in SMPP 3.4 if it has one',
        description: 'What statuses of its own mean, or others than usual.',
      },
    ),
  },
  {
    description: 'SMPP.',
    formerly: { connectTimeoutMs: 'nothing; remove it: it is 5 s for connecting, TLS and bind together' },
  },
);

/** Kinds that deliver by themselves. */
const single = [twilio, vonage, aws, infobip, http, smpp] as const;

const route = Type.Object({
  prefixes: Type.Array(
    Type.String({
      pattern: '^\\+([1-9][0-9]{0,14})?$',
      accepts: 'the leading digits of a number in E.164, such as +91 or +1876; + alone for all numbers',
    }),
    {
      minItems: 1,
      maxItems: 256,
      uniqueItems: true,
      description: 'Numbers that begin so take this route; the longest prefix of all routes wins.',
    },
  ),
  gateways: Type.Array(
    Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$', accepts: 'names of gateways in `gateways`' }),
    {
      minItems: 1,
      maxItems: 8,
      uniqueItems: true,
      description: 'Names of the gateways that serve it, the preferred one first.',
    },
  ),
  weights: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0, maximum: 1000 }), {
      minItems: 1,
      maxItems: 8,
      description:
        'One for each of its gateways: the share of texts that go to it first. The same text goes to the same one again; the others follow in order. Absent: the first one gets all.',
    }),
  ),
});

const failover = Type.Object(
  {
    kind: Type.Literal('failover', {
      description:
        'Several gateways in order: what one refuses for reasons of its own, the next one is asked to.',
    }),
    gateways: Type.Array(Type.Union([...single]), {
      minItems: 2,
      maxItems: 8,
      description:
        'The gateways, the preferred one first; each with the settings of its kind and a name of its own.',
    }),
    afterUnknown: Type.Boolean({
      default: false,
      description:
        'Ask the next one also where it is unknown whether the text was taken, such as after silence. More texts arrive, some of them twice. [OQ-28]',
    }),
    routes: Type.Array(route, {
      default: [],
      maxItems: 64,
      description:
        'Which of the gateways serve which numbers. A number without a route is served by all of them in order.',
    }),
  },
  { description: 'Failover.' },
);

/** Kinds that deliver. */
export const deliveringGateways = [...single, failover] as const;
