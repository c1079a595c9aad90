import { secret } from '../config/references.ts';
import { Type } from '../config/setting-words.ts';

/*
 * Delivery receipts: how gateways prove that they call, and the listener that they call.
 */

const header = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$', accepts: 'the name of a header', description });

const key = (description: string) => secret({ minLength: 32, description });

/** How a gateway without a scheme of its own proves that a call is its own. */
const proof = Type.Union(
  [
    Type.Object({
      kind: Type.Literal('signed-url', {
        description: 'by calling a URL that was made for one text and signed by us.',
      }),
      key: key('Key of that signature, of your own making; 32 characters or more.'),
    }),
    Type.Object({
      kind: Type.Literal('basic', { description: 'by a user name and a password (HTTP Basic).' }),
      user: Type.String({
        pattern: '^[\\x21-\\x39\\x3b-\\x7e]{1,128}$',
        accepts: 'a user name without colon',
        description: 'User name.',
      }),
      password: secret({ minLength: 16, description: 'Password, 16 characters or more.' }),
    }),
    Type.Object({
      kind: Type.Literal('header', { description: 'by a secret in a header.' }),
      header: header('Its name.'),
      secret: secret({ minLength: 16, description: 'What stands in it, 16 characters or more.' }),
    }),
    Type.Object({
      kind: Type.Literal('hmac', { description: 'by an HMAC-SHA256 of the body in a header.' }),
      header: header('Its name.'),
      prefix: Type.Optional(
        Type.String({
          pattern: '^[\\x21-\\x7e]{1,32}$',
          accepts: 'up to 32 characters without spaces',
          description: 'What stands before the digest, such as `sha256=`. Absent: nothing.',
        }),
      ),
      encoding: Type.Enum(['hex', 'base64'], { default: 'hex', description: 'How the digest is written.' }),
      key: secret({ minLength: 16, description: 'Key of the HMAC, 16 characters or more.' }),
    }),
  ],
  { description: 'How a call is proved.' },
);

const absent = 'Absent: none are expected.';

export const twilioReceipts = Type.Object(
  {
    accountAuthToken: Type.Optional(
      secret({
        description:
          "The account's auth token, which signs the calls. Absent: `authToken` is it, as it is without `apiKeySid`.",
      }),
    ),
  },
  { description: `Delivery receipts, by status callbacks. ${absent}` },
);

export const vonageReceipts = Type.Object(
  {
    signatureSecret: secret({ minLength: 16, description: "The account's signature secret." }),
    signatureMethod: Type.Enum(['sha256', 'sha512'], {
      default: 'sha256',
      description: "The account's signature method: SHA-256 HMAC or SHA-512 HMAC.",
    }),
  },
  { description: `Delivery receipts, signed by the account. ${absent}` },
);

export const awsReceipts = Type.Object(
  {
    topicArn: Type.String({
      pattern: '^arn:aws(-cn|-us-gov)?:sns:[a-z]{2}(-[a-z]+)+-[0-9]:[0-9]{12}:[A-Za-z0-9_-]{1,256}$',
      accepts: 'the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:sms-events',
      description: 'The topic that the events of the configuration set go to.',
    }),
  },
  { description: `Delivery receipts, by an SNS topic. ${absent}` },
);

export const infobipReceipts = Type.Object({ proof }, { description: `Delivery receipts. ${absent}` });

const path = (description: string) =>
  Type.String({
    pattern: '^[^.\\s]+(\\.[^.\\s]+)*$',
    accepts: 'names and positions with dots between them, such as results.0.status',
    description,
  });

const states = (description: string) => Type.Array(Type.String(), { minItems: 1, maxItems: 64, description });

export const httpReceipts = Type.Object(
  {
    proof,
    from: Type.Enum(['json', 'form', 'query'], {
      default: 'json',
      description: 'Where a call tells its receipts: in a JSON body, in a form, or in the URL.',
    }),
    listPath: Type.Optional(
      path('The list of reports in a JSON body. Absent: the body is one report, or a list of them.'),
    ),
    referencePath: Type.Optional(
      path('In a report: our `{reference}`. Absent: told by the signed URL, or by messageIdPath.'),
    ),
    messageIdPath: Type.Optional(
      path("In a report: the gateway's message id, as `accepted.messageIdPath` found it."),
    ),
    statePath: path('In a report: what became of the text.'),
    delivered: states('What stands there for a text that arrived.'),
    undelivered: states('What stands there for one that never will. All else is not final.'),
    detailPath: Type.Optional(path('In a report: a code, for the record.')),
  },
  { description: `Delivery receipts. ${absent}` },
);

export const reportVerified = (api: string) =>
  Type.Boolean({ default: false, description: `Tell the gateway which codes were verified, by its ${api}.` });

/** The listener that gateways call. */
export const receipts = (host: object, port: object) =>
  Type.Object(
    {
      host: Type.String({ ...host, description: 'Address that receipts are taken at.' }),
      port: Type.Integer({ ...port, description: 'Port that receipts are taken at; 0 takes any free one.' }),
      publicUrl: Type.String({
        pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+(/[^\\s/?#]+)*$',
        accepts:
          'a URL such as https://receipts.bank.example, without a slash at its end; https in production',
        description:
          'How gateways reach it: what comes before `path`. Twilio signs it, so a proxy in front must be called by just this.',
      }),
      path: Type.String({
        default: '/receipts',
        pattern: '^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$',
        accepts: 'a path such as /receipts: starts with /, has no slash at its end',
        description: 'Each gateway has its own route below it, named like the gateway.',
      }),
    },
    {
      description:
        'The listener that gateways call with delivery receipts, open to the internet; a proxy in front terminates TLS. Absent: there is none.',
      formerly: {
        connectionsMax: 'nothing; remove it: it is 512 connections',
        concurrentMax: 'nothing; remove it: it is 256 calls at once',
      },
    },
  );
