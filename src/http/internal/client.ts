/**
 * The internal API for programs of an integrator: `createInternalClient` in `gsp-otp/internal-client`. It needs nothing but
 * the `fetch` of Node.
 */
import type { OperationName, RequestOf, ResponseOf } from '../../methods/internal/operations.ts';
import type { Described } from '../../methods/internal/schemas.ts';
import { authorizationOf } from './signature.ts';

/** A call of Google's with the code that came with it. */
export type OtpConsumption = Described<'OtpConsumption'>;
export type OtpConsumptionResult = Described<'OtpConsumptionResult'>;
export type Association = Described<'Association'>;
export type AssociationResult = Described<'AssociationResult'>;
/** Whose codes end: exactly one of the two. */
export type CodeRevocation = Described<'CodeRevocation'>;
export type CodeRevocationResult = Described<'CodeRevocationResult'>;
/** Whose requests are looked for: exactly one of the three. */
export type RequestSearch = Described<'RequestSearch'>;
/** What became of requests. */
export type ExplainedRequests = Described<'ExplainedRequests'>;
/** Of whom what the records tell is erased: exactly one of the two. */
export type PersonErasure = Described<'PersonErasure'>;
export type PersonErasureResult = Described<'PersonErasureResult'>;
/** Of whom it is told what is known: exactly one of the two. */
export type PersonExport = Described<'PersonExport'>;
export type PersonRecords = Described<'PersonRecords'>;
/** Problem details of RFC 9457. */
export type ProblemDetails = Described<'Problem'>;

export interface InternalClientOptions {
  /** Of the listener, such as `https://otp.bank.example:8083`. */
  readonly url: string;
  /** How the client proves who it is. `undefined`: by the certificate that `fetch` shows, or not at all. */
  readonly credentials?: { readonly token: string } | { readonly caller: string; readonly hmacKey: string };
  /** Time for one call, its answer included, ≥ 1. Default 5000. */
  readonly timeoutMs?: number;
  /** In place of the one of Node, as for a client certificate or an authority of your own. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The server refused a call, or could not carry it out. */
export class InternalApiError extends Error {
  override readonly name = 'InternalApiError';
  /** The HTTP status. */
  readonly status: number;
  /** Which problem, such as `urn:problem-type:gsp-otp:invalid-request`. `undefined`: the answer told none. */
  readonly type: string | undefined;
  readonly problem: ProblemDetails | undefined;

  constructor(status: number, problem: ProblemDetails | undefined) {
    super(problem === undefined ? `answered ${status}` : `${problem.title}: ${problem.detail}`);
    this.status = status;
    this.type = problem?.type;
    this.problem = problem;
  }
}

/** Each function is one operation. All reject with `InternalApiError`, or with the error of `fetch` if no answer came in time. */
export interface InternalClient {
  /**
   * Verifies a code for a purpose and uses it up. `requestId` is that of the call by Google: with the same one and the same
   * consumption, the answer is the same, and nothing is done twice. A code that is wrong is a result. Scope `consume`, with
   * `associate` in it that scope too.
   */
  consumeOtp(requestId: string, consumption: OtpConsumption): Promise<OtpConsumptionResult>;
  /**
   * Associates an account with an association id, in the attempt (associateAccount) of that request id. Rejects with status 409
   * if the id is taken. Scope `associate`.
   */
  associate(requestId: string, association: Association): Promise<AssociationResult>;
  /** Has an association id name nobody from now on, for good. Rejects with status 404 if it named nobody. Scope `associate`. */
  dissociate(associationId: string): Promise<void>;
  /** Ends the codes of an account or a phone number. Safe to repeat. Scope `revoke`. */
  revokeCodes(revocation: CodeRevocation): Promise<CodeRevocationResult>;
  /** What became of a request of Google's. Rejects with status 404 if none is known. Scope `read`. */
  explainRequest(requestId: string): Promise<ExplainedRequests>;
  /** The newest requests of an account, a phone number or an association id. Scope `read`. */
  searchRequests(search: RequestSearch): Promise<ExplainedRequests>;
  /** Ends codes and erases what the records tell of a person; the answer says what stays, and until when. Scope `erase`. */
  erasePerson(person: PersonErasure): Promise<PersonErasureResult>;
  /** What directory and store know of a person, numbers in the clear. Scope `erase`. */
  exportPerson(person: PersonExport): Promise<PersonRecords>;
}

export function createInternalClient(options: InternalClientOptions): InternalClient {
  const call = createCall(options);
  return {
    consumeOtp: (requestId, consumption) =>
      call('consumeOtp', 'POST', '/internal/v1/otp-consumptions', consumption, requestId),
    associate: (requestId, association) =>
      call('associate', 'POST', '/internal/v1/associations', association, requestId),
    async dissociate(associationId) {
      await call('dissociate', 'POST', '/internal/v1/association-removals', { associationId });
    },
    revokeCodes: (revocation) => call('revokeCodes', 'POST', '/internal/v1/code-revocations', revocation),
    explainRequest: (requestId) =>
      call('explainRequest', 'GET', `/internal/v1/requests/${encodeURIComponent(requestId)}`),
    searchRequests: (search) => call('searchRequests', 'POST', '/internal/v1/request-searches', search),
    erasePerson: (person) => call('erasePerson', 'POST', '/internal/v1/erasures', person),
    exportPerson: (person) => call('exportPerson', 'POST', '/internal/v1/exports', person),
  };
}

type Call = <Name extends OperationName>(
  operation: Name,
  method: 'GET' | 'POST',
  path: string,
  request?: RequestOf<Name>,
  idempotencyKey?: string,
) => Promise<ResponseOf<Name>>;

function createCall({
  url,
  credentials,
  timeoutMs = 5000,
  fetch = globalThis.fetch,
}: InternalClientOptions): Call {
  const base = new URL(url);
  return async <Name extends OperationName>(
    _operation: Name,
    method: 'GET' | 'POST',
    path: string,
    request?: RequestOf<Name>,
    idempotencyKey = '',
  ) => {
    const body = request === undefined ? '' : JSON.stringify(request);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signed = { method, path, timestamp, idempotencyKey, body: Buffer.from(body) };
    const headers = {
      ...(request !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== '' && { 'idempotency-key': idempotencyKey }),
      ...(credentials && {
        authorization:
          'token' in credentials
            ? `Bearer ${credentials.token}`
            : authorizationOf(signed, credentials.caller, credentials.hmacKey),
      }),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    // The server sends no redirects: whoever does isn't it.
    const init = { method, headers, signal, redirect: 'error', ...(body !== '' && { body }) } as const;
    const response = await fetch(new URL(path, base), init);
    if (response.status === 200) return (await response.json()) as ResponseOf<Name>;
    throw new InternalApiError(response.status, await problemOf(response));
  };
}

/** `undefined`: the answer has no problem details, as that of a proxy between. */
async function problemOf(response: Response): Promise<ProblemDetails | undefined> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const text = await response.text();
  return isProblem ? (JSON.parse(text) as ProblemDetails) : undefined;
}
