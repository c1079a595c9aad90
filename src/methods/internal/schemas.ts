import Type, { type Static } from 'typebox';
import { CODE_PURPOSES } from '../../ports/otp-store/recorded-words.ts';

/*
 * What the internal API is asked and answers, in JSON Schema 2020-12 as OpenAPI 3.1 has it. Requests are checked by these
 * schemas, docs/openapi/internal-api.json is made of them, and the types of the client follow from them.
 */

const phoneNumber = Type.String({
  pattern: '^\\+[1-9][0-9]{1,14}$',
  description: 'In E.164.',
  examples: ['+12025550101'],
});

/** Opaque ids: no control characters, as Google's identifiers. [OQ-34] */
const identifier = (description: string, example: string) =>
  Type.String({ pattern: '^\\P{Cc}{1,256}$', description, examples: [example] });

const accountId = identifier('Your own id of the account, as the account directory has it.', 'account-17');
const associationId = identifier('The association id that Google made for the account.', 'assoc-17');
const requestId = Type.String({
  pattern: '^[A-Za-z0-9:_-]{1,100}$',
  description: 'The `requestHeader.requestId` of a call by Google. [HDR-1]',
  examples: ['0123434-otp-abc'],
});
const purpose = Type.Enum([...CODE_PURPOSES], {
  description: 'Which call of Google the code came with; `other`: one that is not named here.',
});
const moment = (description: string) =>
  Type.Integer({ minimum: 0, description: `${description} Ms since 1970, UTC.` });

/** Says, beside the members themselves, that one of them is given and no other. */
const exactlyOne = (...names: readonly string[]) => ({ oneOf: names.map((name) => ({ required: [name] })) });

const timelineEntry = Type.Object({
  atMs: moment('When.'),
  event: Type.String({
    description:
      '`received`, `answered`, or what happened to the code: `issued`, `accepted`, `refused`, `unknown`, `delivered`, `wrong`, `verified`, `exhausted` and others.',
  }),
  meaning: Type.Optional(
    Type.String({ description: 'What the event means, for people. Absent: the word says it.' }),
  ),
  detail: Type.String({
    description:
      'Of `answered` the result; of others the name of a gateway or quota, a message id, a request id. It may be empty.',
  }),
});

const text = Type.Object(
  {
    gateway: Type.String({ description: 'Name of the gateway that took it, or may have.' }),
    messageId: Type.Optional(
      Type.String({ description: "The gateway's own id of the text. Absent: none is known." }),
    ),
    submittedAtMs: moment('When the gateway took it.'),
    receipt: Type.Optional(
      Type.Object(
        {
          state: Type.Enum(['delivered', 'undelivered'], { description: 'What the gateway reported.' }),
          atMs: moment('When it reported.'),
        },
        { description: 'The delivery report. Absent: none came.' },
      ),
    ),
  },
  { description: 'The newest text with the code. Absent: no gateway took one, nor may one have.' },
);

const challenge = Type.Object(
  {
    challengeId: Type.String({ description: 'Also the `paymentIntegratorSendOtpId` of the answer.' }),
    state: Type.Enum(['issued', 'submitting', 'sent', 'ambiguous', 'verified', 'exhausted', 'superseded'], {
      description:
        '`issued`: no gateway has taken the text. `submitting`: it is being handed over. `sent`: a gateway took it. `ambiguous`: a gateway may have taken it. `verified`: used. `exhausted`: too many wrong codes. `superseded`: a newer code was sent, or the code was ended. That a code has expired is told by `expiresAtMs`.',
    }),
    otpContext: Type.Optional(
      Type.Enum(['association', 'mandateCreation', 'associationWithMandateCreation', 'unknown'], {
        description: 'The context of the sendOtp. Absent: it had none.',
      }),
    ),
    issuedAtMs: moment('When the code was made.'),
    expiresAtMs: moment('From when on it is not accepted.'),
    submissions: Type.Integer({ minimum: 0, description: 'Texts with it that left, or may have left.' }),
    failedAttempts: Type.Integer({ minimum: 0, description: 'Wrong codes that were typed for it.' }),
    country: Type.Optional(
      Type.String({
        description: 'Of the phone number, ISO 3166-1 alpha-2. Absent: the number is of no one country.',
      }),
    ),
    text: Type.Optional(text),
  },
  { description: 'The code of a sendOtp, without the code. Absent: none was made.' },
);

const explainedRequest = Type.Object({
  method: Type.String({ description: 'What Google called, such as `sendOtp`.' }),
  requestId,
  receivedAtMs: moment('When it came first.'),
  answeredAtMs: Type.Optional(moment('When it was answered. Absent: it is not answered.')),
  result: Type.Optional(
    Type.String({
      description: 'The result in the answer. Absent: it is not answered, or has none, as echo.',
    }),
  ),
  reason: Type.Optional(
    Type.String({ description: 'Why, in a word: the name of a quota or policy. Absent: there is none.' }),
  ),
  meaning: Type.Optional(
    Type.String({ description: 'What `reason` means, and which setting is behind it, for people.' }),
  ),
  sendOtpRequestId: Type.Optional(
    Type.String({ description: 'Of what uses a code: the request id of the sendOtp that it was sent for.' }),
  ),
  challenge: Type.Optional(challenge),
  timeline: Type.Array(timelineEntry, { description: 'What happened, in order.' }),
});

const fieldFault = Type.Object({
  pointer: Type.String({
    description: 'Where, as a JSON Pointer into the body in URI fragment form.',
    examples: ['#/phoneNumber'],
  }),
  detail: Type.String({ description: 'What is wrong with it, and what would be accepted.' }),
});

const personOf = Type.Object(
  { accountId: Type.Optional(accountId), phoneNumber: Type.Optional(phoneNumber) },
  { ...exactlyOne('accountId', 'phoneNumber'), description: 'Of whom: exactly one of the two.' },
);

const personAccount = Type.Object({
  accountId: Type.String({ description: 'Your own id.' }),
  status: Type.Enum(['active', 'not-eligible', 'closed', 'closed-account-taken-over', 'closed-fraud'], {
    description: 'As the account directory has it.',
  }),
  language: Type.Optional(
    Type.String({ description: 'BCP 47 tag of the language of texts. Absent: the default one.' }),
  ),
  phoneNumber: Type.Optional(Type.String({ description: 'In the clear. Absent: there is none on file.' })),
});
const otpVerification = Type.Object(
  {
    sendOtpRequestId: identifier('The request id of the sendOtp whose code it is.', '0123434-otp-abc'),
    otp: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'The code as the user typed it.',
      examples: ['123456'],
    }),
  },
  { description: 'As Google sent it.' },
);

const expectedCode = Type.Object(
  {
    accountId: Type.Optional(accountId),
    associationId: Type.Optional(associationId),
    context: Type.Optional(
      Type.Enum(['association', 'mandateCreation', 'associationWithMandateCreation'], {
        description: 'What its sendOtp has to have been for. A code without a context fits.',
      }),
    ),
  },
  {
    description:
      'What you know of the code beforehand. Any other code is answered OTP_NOT_MATCHED and is not compared.',
  },
);

export const schemas = {
  OtpConsumption: Type.Object({
    purpose,
    paymentIntegratorAccountId: Type.Optional(
      identifier(
        'Required for `capture`, whose request id is unique only together with it; optional for `other`; refused otherwise. [IDEM-9]',
        'InvisiCashUSA_USD',
      ),
    ),
    otpVerification,
    expect: Type.Optional(expectedCode),
    associate: Type.Optional(
      Type.Object(
        { associationId },
        {
          description:
            'With a success, the account gets this association id, both or neither. For `associateAccount` alone. Needs the scope `associate` too. [FLOW-2]',
        },
      ),
    ),
  }),
  OtpConsumptionResult: Type.Object({
    consumptionId: Type.String({ description: 'Names this consumption; the same in each repetition.' }),
    result: Type.Enum(
      ['SUCCESS', 'OTP_NOT_MATCHED', 'OTP_EXPIRED', 'OTP_ALREADY_USED', 'OTP_LIMIT_REACHED'],
      { description: 'In the words of Google: copy it into your answer.' },
    ),
    accountId: Type.Optional(
      Type.String({ description: 'Whose code it was. Absent: the result is not SUCCESS.' }),
    ),
  }),
  Association: Type.Object({ accountId, associationId }),
  AssociationResult: Type.Object({ accountId }),
  AssociationRemoval: Type.Object({ associationId }),
  Nothing: Type.Object({}, { description: 'Nothing but that it was done.' }),
  CodeRevocation: Type.Object(
    { accountId: Type.Optional(accountId), phoneNumber: Type.Optional(phoneNumber) },
    { ...exactlyOne('accountId', 'phoneNumber'), description: 'Whose codes end: exactly one of the two.' },
  ),
  CodeRevocationResult: Type.Object({
    endedCodes: Type.Integer({ minimum: 0, description: 'How many codes could have been used until now.' }),
  }),
  RequestOfId: Type.Object({ requestId }),
  RequestSearch: Type.Object(
    {
      accountId: Type.Optional(accountId),
      phoneNumber: Type.Optional(
        // As Google sent it, which may be no number at all.
        identifier('As Google sent it, which is in E.164 unless it was refused for that.', '+12025550101'),
      ),
      associationId: Type.Optional(associationId),
    },
    {
      ...exactlyOne('accountId', 'phoneNumber', 'associationId'),
      description: 'Whose requests are looked for: exactly one of the three.',
    },
  ),
  ExplainedRequests: Type.Object({
    requests: Type.Array(explainedRequest, { maxItems: 100 }),
  }),
  PersonErasure: personOf,
  PersonErasureResult: Type.Object({
    endedCodes: Type.Integer({ minimum: 0, description: 'Live codes that were ended.' }),
    requests: Type.Integer({
      minimum: 0,
      description: 'sendOtp requests that stay, with their answers, known by keyed digests alone.',
    }),
    staysUntilMs: Type.Optional(
      moment('When they are deleted, and what limits count of the person. Absent: nothing stays.'),
    ),
  }),
  PersonExport: personOf,
  PersonRecords: Type.Object({
    accounts: Type.Array(personAccount, { description: 'What the account directory has.' }),
    requests: Type.Array(explainedRequest, {
      description: 'sendOtp requests, those received last first. No code is in them.',
    }),
    isComplete: Type.Boolean({
      description: 'Whether `requests` has all of them, and not only the newest 10,000.',
    }),
  }),
  Problem: Type.Object(
    {
      type: Type.String({
        format: 'uri',
        description: 'Which problem. Decide by it; the texts may change.',
        examples: ['urn:problem-type:gsp-otp:invalid-request'],
      }),
      title: Type.String({ description: 'What the type means.' }),
      status: Type.Integer({ minimum: 400, maximum: 599, description: 'The HTTP status.' }),
      detail: Type.String({ description: 'What was wrong here. It quotes nothing of the request.' }),
      callId: Type.String({ description: 'Names this call in the log of the server.' }),
      errors: Type.Optional(Type.Array(fieldFault, { description: 'Which members are wrong.' })),
    },
    { description: 'Problem details of RFC 9457.' },
  ),
};

type Schemas = typeof schemas;

export type SchemaName = keyof Schemas;

/** A value that a schema of that name accepts. */
export type Described<Name extends SchemaName> = Static<Schemas[Name]>;
