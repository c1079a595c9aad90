/** The client of the internal API as a program of an integrator uses it: that this compiles is the test. */
import {
  type Association,
  type AssociationResult,
  type CodeRevocation,
  type CodeRevocationResult,
  createInternalClient,
  type ExplainedRequests,
  InternalApiError,
  type InternalClient,
  type InternalClientOptions,
  type OtpConsumption,
  type OtpConsumptionResult,
  type PersonErasure,
  type PersonErasureResult,
  type PersonExport,
  type PersonRecords,
  type ProblemDetails,
  type RequestSearch,
} from 'gsp-otp/internal-client';

const options: InternalClientOptions = {
  url: 'https://otp.bank.example:8083',
  credentials: { token: 'a token' },
  timeoutMs: 2000,
  fetch: globalThis.fetch,
};
const signed: InternalClientOptions = { ...options, credentials: { caller: 'core', hmacKey: 'a key' } };

export async function use(): Promise<readonly unknown[]> {
  const client: InternalClient = createInternalClient(options);
  createInternalClient(signed);
  const consumption: OtpConsumption = {
    purpose: 'capture',
    paymentIntegratorAccountId: 'InvisiCashUSA_USD',
    otpVerification: { sendOtpRequestId: 'send-1', otp: '123456' },
  };
  const consumed: OtpConsumptionResult = await client.consumeOtp('capture-1', consumption);
  if (consumed.result === 'OTP_EXPIRED') return [consumed.accountId];
  const association: Association = { accountId: 'account-17', associationId: 'assoc-17' };
  const associated: AssociationResult = await client.associate('associate-1', association);
  await client.dissociate(association.associationId);
  const revocation: CodeRevocation = { accountId: associated.accountId };
  const { endedCodes }: CodeRevocationResult = await client.revokeCodes(revocation);
  const search: RequestSearch = { phoneNumber: '+12025550101' };
  const { requests }: ExplainedRequests = await client.searchRequests(search);
  const [newest] = requests;
  const person: PersonErasure & PersonExport = { phoneNumber: '+12025550101' };
  const records: PersonRecords = await client.exportPerson(person);
  const erased: PersonErasureResult = await client.erasePerson(person);
  if (records.isComplete && erased.staysUntilMs === undefined) return records.accounts;
  const states = newest?.challenge?.state === 'verified' ? newest.timeline.map(({ event }) => event) : [];
  // @ts-expect-error: no member has that name.
  const misspelled: CodeRevocation = { acountId: 'account-17' };
  // @ts-expect-error: a number is a text.
  const number: CodeRevocation = { phoneNumber: 12025550101 };
  return [endedCodes, states, misspelled, number, await client.explainRequest('a').catch(problemOf)];
}

function problemOf(error: unknown): ProblemDetails | undefined {
  if (!(error instanceof InternalApiError)) throw error;
  const { status, type, problem } = error;
  return status === 404 && type === 'urn:problem-type:gsp-otp:unknown-request' ? problem : undefined;
}
