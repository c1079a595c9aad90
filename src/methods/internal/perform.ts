import type { OtpKeys } from '../../domain/challenge/otp-keys.ts';
import type { CodesOf } from '../../domain/end-codes.ts';
import type { ErasedPerson, PersonAccount, PersonOf, PersonRecords } from '../../domain/persons.ts';
import type { ExplainedRequest, RequestSearch } from '../../domain/requests.ts';
import type { Performers } from './call.ts';
import { describeRequest, known } from './describe-request.ts';
import type { RequestOf } from './operations.ts';
import { type CodeUseCases, codePerformers } from './perform-codes.ts';
import { Problem } from './problems.ts';
import { subjects } from './subjects.ts';

/** The use cases behind the operations, which the library offers to a program that runs the server itself. */
export interface UseCases extends CodeUseCases {
  readonly endCodes: (of: CodesOf) => Promise<number>;
  readonly explainRequest: (requestId: string) => Promise<readonly ExplainedRequest[]>;
  readonly findRequests: (search: RequestSearch) => Promise<readonly ExplainedRequest[]>;
  readonly erasePerson: (of: PersonOf) => Promise<ErasedPerson>;
  readonly exportPerson: (of: PersonOf) => Promise<PersonRecords>;
}

export interface PerformerParts {
  readonly useCases: UseCases;
  readonly keys: Pick<OtpKeys, 'digestKey'>;
}

/** What each operation does. */
export function createPerformers({ useCases, keys }: PerformerParts): Performers {
  const subject = subjects(keys);
  const subjectOf = (of: PersonOf) =>
    'accountId' in of ? subject('account', of.accountId) : subject('number', of.phoneNumber);
  return {
    ...codePerformers(useCases, subject),
    async revokeCodes(request, { tell }) {
      const of = personOf(request);
      tell(subjectOf(of));
      const endedCodes = await useCases.endCodes(of);
      tell({ detail: `${endedCodes} ended` });
      return { endedCodes };
    },
    async explainRequest({ requestId }, { tell }) {
      tell({ requestId });
      const requests = await useCases.explainRequest(requestId);
      if (requests.length > 0) return { requests: requests.map(describeRequest) };
      throw new Problem(
        'unknown-request',
        'it never arrived, or was answered with an error, which is not recorded, or is older than retention.requestsMs',
      );
    },
    async searchRequests(request, { tell }) {
      const search = searchOf(request);
      tell(subject(KINDS[search.key], search.value));
      const requests = await useCases.findRequests(search);
      tell({ detail: `${requests.length} found` });
      return { requests: requests.map(describeRequest) };
    },
    async erasePerson(request, { tell }) {
      const of = personOf(request);
      tell(subjectOf(of));
      const { endedCodes, requests, staysUntilMs } = await useCases.erasePerson(of);
      return { endedCodes, requests, ...known({ staysUntilMs }) };
    },
    async exportPerson(request, { tell }) {
      const of = personOf(request);
      tell(subjectOf(of));
      const { accounts, requests, isComplete } = await useCases.exportPerson(of);
      return { accounts: accounts.map(described), requests: requests.map(describeRequest), isComplete };
    },
  };
}

const KINDS = { accountId: 'account', phoneNumber: 'number', associationId: 'association' } as const;

/** The schema lets exactly one of the members pass. */
function personOf({ accountId, phoneNumber }: RequestOf<'revokeCodes'>): PersonOf {
  if (accountId !== undefined) return { accountId };
  if (phoneNumber !== undefined) return { phoneNumber };
  throw new TypeError('the schema let a request pass that names nobody');
}

function described({ accountId, status, ...account }: PersonAccount) {
  return { accountId, status, ...known(account) };
}

function searchOf(request: RequestOf<'searchRequests'>): RequestSearch {
  for (const key of ['accountId', 'phoneNumber', 'associationId'] as const) {
    const value = request[key];
    if (value !== undefined) return { key, value };
  }
  throw new TypeError('the schema let a request pass that names nobody');
}
