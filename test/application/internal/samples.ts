import type { OperationName } from '../../../src/methods/internal/operations.ts';

export interface Sample {
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the answer to whoever may ask. */
  readonly status: number;
}

/** One call of each operation that changes nothing for others. */
export const samples: Readonly<Record<OperationName, Sample>> = {
  consumeOtp: {
    path: '/internal/v1/otp-consumptions',
    headers: { 'idempotency-key': 'consume-nothing' },
    body: { purpose: 'associateAccount', otpVerification: { sendOtpRequestId: 'nothing', otp: '123456' } },
    status: 404,
  },
  associate: {
    path: '/internal/v1/associations',
    headers: { 'idempotency-key': 'associate-nobody' },
    body: { accountId: 'acc-nobody', associationId: 'assoc-of-nobody' },
    status: 404,
  },
  dissociate: {
    path: '/internal/v1/association-removals',
    body: { associationId: 'assoc-of-nobody' },
    status: 404,
  },
  revokeCodes: { path: '/internal/v1/code-revocations', body: { accountId: 'acc-nobody' }, status: 200 },
  explainRequest: { path: '/internal/v1/requests/nothing', status: 404 },
  erasePerson: { path: '/internal/v1/erasures', body: { accountId: 'acc-nobody' }, status: 200 },
  exportPerson: { path: '/internal/v1/exports', body: { accountId: 'acc-nobody' }, status: 200 },
  searchRequests: { path: '/internal/v1/request-searches', body: { accountId: 'acc-nobody' }, status: 200 },
};
