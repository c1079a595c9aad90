import type { Scope } from '../../ports/caller.ts';
import type { ProblemName } from './problems.ts';
import type { Described, SchemaName } from './schemas.ts';

/** One operation of the internal API as its callers see it. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  /** With parameters in braces, as OpenAPI writes them. */
  readonly path: string;
  /** What a caller must be allowed. */
  readonly scope: Scope;
  readonly summary: string;
  readonly description: string;
  /** Of the body, for POST; of the parameters in the path, for GET. */
  readonly request: SchemaName;
  /** Of the answer, which is 200. */
  readonly response: SchemaName;
  /** Whether the header `Idempotency-Key` says which call of Google's it is about: 1 to 100 characters. [IDEM-2] */
  readonly isKeyed: boolean;
  /** What it may answer beside the problems that every operation has. */
  readonly problems: readonly ProblemName[];
}

/**
 * Every operation, by its name. Routes, checks, the OpenAPI document and the client follow from this table. Everything
 * that tells of a person is in bodies: URLs stand in access logs.
 */
export const operations = {
  consumeOtp: {
    method: 'POST',
    path: '/internal/v1/otp-consumptions',
    scope: 'consume',
    summary: 'Verify a code and use it up',
    description:
      'For a handler of associateAccount, capture, createMandate or another call that takes an OtpVerification. As verifyOtp does: with the same count of wrong codes, for the account that the code was sent to, and once. A wrong code is an answer, not a problem. The Idempotency-Key is the request id of the call by Google.',
    request: 'OtpConsumption',
    response: 'OtpConsumptionResult',
    isKeyed: true,
    problems: ['unknown-request', 'association-taken'],
  },
  associate: {
    method: 'POST',
    path: '/internal/v1/associations',
    scope: 'associate',
    summary: 'Associate an account with an association id',
    description:
      'For a handler of associateAccount that needs no code for it. A sendOtp by the association id finds the account from then on. The Idempotency-Key is the request id of the associateAccount.',
    request: 'Association',
    response: 'AssociationResult',
    isKeyed: true,
    problems: ['unknown-account', 'association-taken'],
  },
  dissociate: {
    method: 'POST',
    path: '/internal/v1/association-removals',
    scope: 'associate',
    summary: 'Remove an association id',
    description: 'It names nobody from then on, for good, wherever it came from. Safe to repeat.',
    request: 'AssociationRemoval',
    response: 'Nothing',
    isKeyed: false,
    problems: ['unknown-association'],
  },
  revokeCodes: {
    method: 'POST',
    path: '/internal/v1/code-revocations',
    scope: 'revoke',
    summary: 'End the codes of an account or a phone number',
    description:
      'For an account that was closed, a SIM that was swapped, a number that was replaced. Every code that could still be used ends, also one whose text is just being sent. Whoever types it is answered OTP_NOT_MATCHED. Safe to repeat.',
    request: 'CodeRevocation',
    response: 'CodeRevocationResult',
    isKeyed: false,
    problems: [],
  },
  explainRequest: {
    method: 'GET',
    path: '/internal/v1/requests/{requestId}',
    scope: 'read',
    summary: 'Tell what became of a request',
    description:
      'What is known of a request id, which each method may have had once. No code, token or phone number is in it.',
    request: 'RequestOfId',
    response: 'ExplainedRequests',
    isKeyed: false,
    problems: ['unknown-request'],
  },
  searchRequests: {
    method: 'POST',
    path: '/internal/v1/request-searches',
    scope: 'read',
    summary: 'Find the requests of a phone number, an account or an association id',
    description:
      'The sendOtp requests, those received last first, 100 at most. For a support desk that has only a number. Changes nothing.',
    request: 'RequestSearch',
    response: 'ExplainedRequests',
    isKeyed: false,
    problems: [],
  },
  erasePerson: {
    method: 'POST',
    path: '/internal/v1/erasures',
    scope: 'erase',
    summary: 'Erase what the records tell of a person',
    description:
      'Live codes end, and the records lose what tells more than a keyed digest. Answers, limits and locks stay until the moment that is answered, since an erasure must not be a way to begin anew. The account itself stays in the directory. Safe to repeat. [OQ-96]',
    request: 'PersonErasure',
    response: 'PersonErasureResult',
    isKeyed: false,
    problems: [],
  },
  exportPerson: {
    method: 'POST',
    path: '/internal/v1/exports',
    scope: 'erase',
    summary: 'Tell what is known of a person',
    description:
      'For the person: phone numbers are in the clear. Codes are in no record. Changes nothing. [OQ-96]',
    request: 'PersonExport',
    response: 'PersonRecords',
    isKeyed: false,
    problems: [],
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;

export type RequestOf<Name extends OperationName> = Described<(typeof operations)[Name]['request']>;
export type ResponseOf<Name extends OperationName> = Described<(typeof operations)[Name]['response']>;

export const OPERATION_NAMES = Object.keys(operations) as readonly OperationName[];

/** Problems that every operation may answer, before it is carried out or because it could not be. */
export const COMMON_PROBLEMS = [
  'unauthenticated',
  'forbidden',
  'method-not-allowed',
  'misdirected',
  'too-many-calls',
  'bug',
  'unavailable',
] as const satisfies readonly ProblemName[];

/** Problems that every operation with a body may answer beside. */
export const BODY_PROBLEMS = [
  'invalid-json',
  'invalid-request',
  'too-large',
  'unsupported-media-type',
] as const satisfies readonly ProblemName[];

/** Problems that every operation with an Idempotency-Key may answer beside. */
export const KEY_PROBLEMS = [
  'idempotency-key-missing',
  'under-way',
  'idempotency-key-reused',
] as const satisfies readonly ProblemName[];

/** Where the document that describes all this is served, to every caller whatever its scopes. */
export const OPENAPI_PATH = '/internal/v1/openapi.json';
