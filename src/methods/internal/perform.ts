import { type DigestPurpose, keyedDigest } from '../../domain/challenge/keyed-digest.ts';
import type { OtpKeys } from '../../domain/challenge/otp-keys.ts';
import { type CodesOf, endCodes } from '../../domain/end-codes.ts';
import {
  accountOfAssociation,
  explainRequest,
  findRequests,
  type RequestSearch,
} from '../../domain/requests.ts';
import type { AccountDirectory } from '../../ports/account-directory.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OtpStore } from '../../ports/otp-store.ts';
import type { PerformedCall, Performers } from './call.ts';
import { describeRequest } from './describe-request.ts';
import type { RequestOf } from './operations.ts';
import { Problem } from './problems.ts';

export interface PerformerParts {
  readonly store: OtpStore;
  readonly directory: AccountDirectory;
  readonly clock: Clock;
  readonly keys: OtpKeys;
}

/** What each operation does, by the use cases that the library offers too. */
export function createPerformers(parts: PerformerParts): Performers {
  const { store, directory, keys } = parts;
  const subjectOf = (kind: 'account' | 'number', value: string) => {
    const digest = keyedDigest(keys.digestKey, DIGESTS[kind], value);
    return { subject: `${kind} ${Buffer.from(digest).toString('hex', 0, 8)}` };
  };
  const accountOf = async (associationId: string, { deadline, tell }: PerformedCall) => {
    const accountId = await accountOfAssociation(directory, associationId, deadline);
    tell(
      accountId === undefined ? { subject: 'an unknown association id' } : subjectOf('account', accountId),
    );
    return accountId;
  };
  return {
    async revokeCodes(request, { tell }) {
      const of = codesOf(request);
      tell('accountId' in of ? subjectOf('account', of.accountId) : subjectOf('number', of.phoneNumber));
      const endedCodes = await endCodes(of, parts);
      tell({ detail: `${endedCodes} ended` });
      return { endedCodes };
    },
    async explainRequest({ requestId }, { tell }) {
      tell({ requestId });
      const requests = await explainRequest(store, requestId);
      if (requests.length > 0) return { requests: requests.map(describeRequest) };
      throw new Problem(
        'unknown-request',
        'it never arrived, or was answered with an error, which is not recorded, or is older than retention.requestsMs',
      );
    },
    async searchRequests(request, call) {
      const search = searchOf(request);
      const { key, value } = search;
      if (key !== 'associationId') call.tell(subjectOf(key === 'accountId' ? 'account' : 'number', value));
      const requests = await findRequests(search, {
        store,
        digestKey: keys.digestKey,
        accountOf: (associationId) => accountOf(associationId, call),
      });
      call.tell({ detail: `${requests.length} found` });
      return { requests: requests.map(describeRequest) };
    },
  };
}

const DIGESTS = { account: 'account-id', number: 'phone-number' } as const satisfies Record<
  string,
  DigestPurpose
>;

/** The schema lets exactly one of the members pass. */
function codesOf({ accountId, phoneNumber }: RequestOf<'revokeCodes'>): CodesOf {
  if (accountId !== undefined) return { accountId };
  if (phoneNumber !== undefined) return { phoneNumber };
  throw new TypeError('the schema let a request pass that names nobody');
}

function searchOf(request: RequestOf<'searchRequests'>): RequestSearch {
  for (const key of ['accountId', 'phoneNumber', 'associationId'] as const) {
    const value = request[key];
    if (value !== undefined) return { key, value };
  }
  throw new TypeError('the schema let a request pass that names nobody');
}
