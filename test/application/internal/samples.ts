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
  revokeCodes: { path: '/internal/v1/code-revocations', body: { accountId: 'acc-nobody' }, status: 200 },
  explainRequest: { path: '/internal/v1/requests/nothing', status: 404 },
  erasePerson: { path: '/internal/v1/erasures', body: { accountId: 'acc-nobody' }, status: 200 },
  exportPerson: { path: '/internal/v1/exports', body: { accountId: 'acc-nobody' }, status: 200 },
  searchRequests: { path: '/internal/v1/request-searches', body: { accountId: 'acc-nobody' }, status: 200 },
};
