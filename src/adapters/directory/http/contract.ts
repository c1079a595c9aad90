/*
 * What is asked of the service and what it answers, in JSON Schema: answers are checked by it, and
 * docs/openapi/directory.yaml tells it to whoever writes the service; a test holds the two together.
 */

/** Longer ids are nobody's, and are not asked for. */
export const ASSOCIATION_ID_LENGTH_MAX = 1024;
export const ACCOUNT_ID_LENGTH_MAX = 256;

const accountId = {
  type: 'string',
  minLength: 1,
  maxLength: ACCOUNT_ID_LENGTH_MAX,
  description: 'Your own id of the account. It is never sent to Google by sendOtp and verifyOtp.',
} as const;

const associationId = {
  type: 'string',
  minLength: 1,
  maxLength: ASSOCIATION_ID_LENGTH_MAX,
  description: 'Id of an association, as Google sent it. It is opaque: compare it exactly.',
} as const;

const account = {
  type: 'object',
  required: ['accountId', 'status'],
  properties: {
    accountId,
    status: {
      enum: ['active', 'not-eligible', 'closed', 'closed-account-taken-over', 'closed-fraud'],
      description:
        'Whether the account gets codes. After a closed status Google closes the payment instrument of the user for good, so tell one only on certain data.',
    },
    phoneNumber: {
      type: ['string', 'null'],
      pattern: '^\\+[1-9][0-9]{1,14}$',
      description:
        'In E.164. Absent or null: the account has no usable phone. In an answer by phoneNumber it is the number that was asked for.',
    },
    language: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 35,
      description: 'Language of the text, as a BCP 47 tag. Absent or null: the default language.',
    },
    preferred: {
      type: ['boolean', 'null'],
      description: 'Of several active accounts with one number, the one that the number alone means.',
    },
    revision: {
      type: ['integer', 'null'],
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description:
        'Another number after each change of status or phone number. A code that is out then ends, although both are again what they were.',
    },
  },
  description: 'An account. Further members are ignored.',
} as const;

const resultOf = <Results extends readonly string[]>(results: Results, description: string) =>
  ({
    type: 'object',
    required: ['result'],
    properties: { result: { enum: results, description } },
  }) as const;

export const schemas = {
  LookUp: {
    type: 'object',
    required: ['by', 'value'],
    properties: {
      by: { enum: ['phoneNumber', 'associationId', 'accountId'], description: 'What the value is.' },
      value: {
        type: 'string',
        minLength: 1,
        maxLength: ASSOCIATION_ID_LENGTH_MAX,
        description: 'A phone number in E.164, or an id. Compare it exactly.',
      },
    },
    description: 'A question for accounts. Ignore further members.',
  },
  Account: account,
  LookUpAnswer: {
    type: 'object',
    required: ['accounts'],
    properties: {
      accounts: {
        type: 'array',
        items: account,
        description:
          'The accounts with that value. Empty: nobody has it. An id has one account at most. Of the accounts of a number 8 are enough: active ones first, then not-eligible ones, and of each the preferred one first.',
      },
    },
    description: 'Further members are ignored.',
  },
  NewAssociation: {
    type: 'object',
    required: ['accountId', 'associationId', 'attempt'],
    properties: {
      accountId,
      associationId,
      attempt: {
        type: 'string',
        minLength: 1,
        description: "Google's request id of the attempt in which the association came about.",
      },
    },
    description: 'An association to keep for the life of the contract. Ignore further members.',
  },
  AssociateAnswer: resultOf(
    ['associated', 'unknown-account', 'taken'] as const,
    'associated: it is kept now, or was before. taken: the id belongs to another account, or was seen in another attempt, and stays as it is.',
  ),
  Dissociation: {
    type: 'object',
    required: ['associationId'],
    properties: { associationId },
    description: 'An association that is over. Ignore further members.',
  },
  DissociateAnswer: resultOf(
    ['dissociated', 'unknown-association'] as const,
    'dissociated: the id names no account any more. unknown-association: it named none.',
  ),
} as const;
