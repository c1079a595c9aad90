import { Check, Errors } from 'typebox/schema';
import type { Account, AccountStatus } from '../../../ports/account-directory.ts';
import { Secret } from '../../../ports/secret.ts';
import type { JsonValue } from '../../../ports/text/json.ts';
import { maskPhoneNumber } from '../rows/account-row.ts';
import { schemas } from './contract.ts';
import { fault } from './service.ts';

/** What accounts are asked for by. */
export interface LookUp {
  readonly by: 'phoneNumber' | 'associationId' | 'accountId';
  readonly value: string;
}

/** How many accounts of a number are told. */
const ACCOUNTS_MAX = 8;

/**
 * The accounts that an answer tells, in the order of the port. Throws `UnavailableError` if it isn't as the contract says, or is
 * not about what was asked: then a code would go to somebody else. An unknown status is not guessed. [SO-11]
 */
export function accountsIn(answer: JsonValue, { by, value }: LookUp): readonly Account[] {
  const accounts = answerAs('LookUpAnswer', answer).accounts.map(accountOf);
  const others = accounts.filter(
    ({ accountId, phoneNumber }) =>
      (by === 'accountId' && accountId !== value) ||
      (by === 'phoneNumber' && phoneNumber?.reveal() !== value),
  );
  if (others.length > 0) throw fault(`answered with an account of another ${by} than it was asked for`);
  if (by !== 'phoneNumber' && accounts.length > 1) throw fault(`answered with several accounts of one ${by}`);
  return accounts.toSorted((one, other) => rankOf(one) - rankOf(other)).slice(0, ACCOUNTS_MAX);
}

/** Active ones first, then those that may become so, then closed ones; of each the preferred ones. [OQ-29, OQ-86] */
function rankOf({ status, preferred = false }: Account): number {
  const kind = status === 'active' ? 0 : status === 'not-eligible' ? 1 : 2;
  return 2 * kind + (preferred ? 0 : 1);
}

function accountOf({
  accountId,
  status,
  phoneNumber,
  language,
  preferred,
  revision,
}: AnsweredAccount): Account {
  return {
    accountId,
    status,
    phoneNumber: phoneNumber ? new Secret(phoneNumber, maskPhoneNumber(phoneNumber)) : undefined,
    language: language ?? undefined,
    ...(preferred && { preferred }),
    ...(typeof revision === 'number' && { revision }),
  };
}

interface AnsweredAccount {
  readonly accountId: string;
  readonly status: AccountStatus;
  readonly phoneNumber?: string | null;
  readonly language?: string | null;
  readonly preferred?: boolean | null;
  readonly revision?: number | null;
}

interface Answers {
  readonly LookUpAnswer: { readonly accounts: readonly AnsweredAccount[] };
  readonly AssociateAnswer: { readonly result: 'associated' | 'unknown-account' | 'taken' };
  readonly DissociateAnswer: { readonly result: 'dissociated' | 'unknown-association' };
}

/** The answer as its schema has it. Throws `UnavailableError`, which names the member and not its value. */
export function answerAs<Name extends keyof Answers>(name: Name, answer: JsonValue): Answers[Name] {
  const schema = schemas[name];
  if (Check(schema, answer)) return answer as Answers[Name];
  const [, [error]] = Errors(schema, answer);
  const member = error?.instancePath.replace(/^\//, '').replaceAll('/', '.') || 'body';
  const accepted = error?.keyword === 'enum' ? error.params.allowedValues.join(', ') : error?.message;
  throw fault(`answered with a wrong ${member}; accepted: ${accepted}`);
}
