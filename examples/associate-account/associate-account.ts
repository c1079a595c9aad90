/**
 * A bank's handler of Google's associateAccount, beside a gsp-otp server: Google hands it the code that the user typed, and the server
 * checks it, uses it up and associates the account, all or nothing. Start `gsp-otp serve --set internal.port=8083`, then
 * `OTP_URL=http://127.0.0.1:8083 PORT=8090 node associate-account.ts`. Bodies are in the clear here; yours are encrypted and signed.
 */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { createInternalClient, InternalApiError, type InternalClient } from 'gsp-otp/internal-client';

/** What of the request is used here. */
interface AssociateAccount {
  readonly requestHeader: { readonly requestId: string };
  readonly associationId: string;
  readonly otpVerification: { readonly sendOtpRequestId: string; readonly otp: string };
}

/** What users know their accounts by. Your own ids stay with you. */
const customers = new Map([['wallet-1001', { accountId: '…1001', accountNickname: 'Everyday wallet' }]]);

/** Which error Google gets for a problem. Any other one is 503: Google asks again, with the same request id. */
const errors: Readonly<Record<string, readonly [number, string]>> = {
  'invalid-request': [400, 'INVALID_FIELD_VALUE'],
  'unknown-request': [404, 'INVALID_IDENTIFIER'],
  'association-taken': [400, 'PRECONDITION_VIOLATION'],
  'idempotency-key-reused': [412, 'IDEMPOTENCY_VIOLATION'],
};

/** The status and the body of the answer. */
export async function associateAccount(otp: InternalClient, request: AssociateAccount) {
  const responseHeader = { responseTimestamp: String(Date.now()) };
  try {
    const { requestHeader, associationId, otpVerification } = request;
    // A repeated request gets the same answer, since its id is the key.
    const { result, consumptionId, accountId } = await otp.consumeOtp(requestHeader.requestId, {
      purpose: 'associateAccount',
      otpVerification,
      associate: { associationId },
    });
    const account = customers.get(accountId ?? '');
    return [
      200,
      { responseHeader, paymentIntegratorAssociateAccountId: consumptionId, ...account, result },
    ] as const;
  } catch (error) {
    const type = error instanceof InternalApiError ? error.type : undefined;
    const [status, errorResponseCode] = errors[type?.split(':').at(-1) ?? ''] ?? [503];
    console.error('associateAccount', status, error instanceof Error ? error.message : '');
    return [status, { responseHeader, errorResponseCode }] as const;
  }
}

if (import.meta.main) {
  const { OTP_URL: url = 'http://127.0.0.1:8083', OTP_TOKEN: token, PORT = '8090' } = process.env;
  const otp = createInternalClient({ url, ...(token && { credentials: { token } }) });
  const server = createServer(async (request, response) => {
    const [status, body] = await associateAccount(otp, (await json(request)) as AssociateAccount);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(Number(PORT), '127.0.0.1', () =>
    console.log(`associateAccount at ${JSON.stringify(server.address())}`),
  );
  process.once('SIGTERM', () => server.close());
}
