import { Check, Errors } from 'typebox/schema';
import type { Account, AccountStatus } from '../../../ports/account-directory.ts';
import { Secret } from '../../../ports/secret.ts';
import type { JsonValue } from '../../../ports/text/json.ts';
import { maskPhoneNumber } from '../rows/account-row.ts';
import { directoryFault, inOrder, type LookUp } from '../rows/foreign-account.ts';
import { schemas } from './contract.ts';

/**
 * The accounts that an answer tells, in the order of the port. Throws `UnavailableError` if it isn't as the contract says, or is
 * not about what was asked. An unknown status is not guessed. [SO-11]
 */
export function accountsIn(answer: JsonValue, asked: LookUp): readonly Account[] {
  return inOrder(answerAs('LookUpAnswer', answer).accounts.map(accountOf), asked);
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
  throw directoryFault(`answered with a wrong ${member}; accepted: ${accepted}`);
}
