import { AndFilter, type Entry, EqualityFilter, FilterParser } from 'ldapts';
import type { Account, AccountDirectory } from '../../../ports/account-directory.ts';
import type { Deadline } from '../../../ports/clock.ts';
import { NOBODYS_NUMBER } from '../../../ports/e164.ts';
import type { OpenedDirectory } from '../directory-kind.ts';
import { byDeadline } from '../rows/by-deadline.ts';
import {
  directoryFault,
  FOREIGN_ACCOUNTS_MAX,
  foreignAccount,
  inOrder,
  type LookUp,
} from '../rows/foreign-account.ts';
import { LdapConnection } from './connection.ts';
import type { LdapDirectorySettings } from './settings.ts';

/** Connects when it is first asked. */
export function openDirectory(settings: LdapDirectorySettings): OpenedDirectory {
  return { directory: ldapDirectory(settings, new LdapConnection(settings)) };
}

function ldapDirectory(settings: LdapDirectorySettings, connection: LdapConnection): AccountDirectory {
  const { attributes, statuses, filter } = settings;
  const asked = Object.values(attributes).filter((name) => name !== undefined);
  const lookUp = async (question: LookUp, deadline: Deadline): Promise<readonly Account[]> => {
    const { by, value } = question;
    const attribute = attributes[by];
    if (attribute === undefined || isNoText(value)) return [];
    // The value goes to the server as it is, and not in the text of a filter.
    const filters = [FilterParser.parseString(filter), new EqualityFilter({ attribute, value })];
    const entries = await byDeadline(deadline, () =>
      connection.search({
        filter: new AndFilter({ filters }),
        attributes: asked,
        entriesMax: FOREIGN_ACCOUNTS_MAX + 1,
      }),
    );
    if (entries.length > FOREIGN_ACCOUNTS_MAX)
      throw directoryFault(`answered with more than ${FOREIGN_ACCOUNTS_MAX} entries for one ${by}`);
    const found = entries.filter((entry) => isOf(entry, attribute, question));
    return inOrder(
      found.map((entry) => foreignAccount(fieldsOf(entry, question, attributes), statuses)),
      question,
    );
  };
  return {
    findByAssociationId: async (value, deadline) =>
      (await lookUp({ by: 'associationId', value }, deadline))[0],
    findByAccountId: async (value, deadline) => (await lookUp({ by: 'accountId', value }, deadline))[0],
    findByPhoneNumber: (number, deadline) => lookUp({ by: 'phoneNumber', value: number.reveal() }, deadline),
    async check(deadline) {
      const found = await lookUp({ by: 'phoneNumber', value: NOBODYS_NUMBER }, deadline);
      if (found.length > 0) throw directoryFault('knows somebody by a number that nobody has');
    },
    close: () => connection.close(),
  };
}

/** Most attributes are compared without regard to case and to spaces: ids that aren't the same are another's. [HDR-9] */
function isOf(entry: Entry, attribute: string, { by, value }: LookUp): boolean {
  const values = valuesOf(entry, attribute);
  return by === 'phoneNumber' ? values.map(plainNumber).includes(value) : values.includes(value);
}

function fieldsOf(entry: Entry, { by, value }: LookUp, names: LdapDirectorySettings['attributes']) {
  const numbers = valuesOf(entry, names.phoneNumber).map(plainNumber);
  return {
    accountId: single(entry, names.accountId),
    status: single(entry, names.status),
    // Which of several is the right one, only the question says.
    phoneNumber: by === 'phoneNumber' ? value : onlyOne(numbers, names.phoneNumber),
    language: names.language && single(entry, names.language),
    preferred: names.preferred && single(entry, names.preferred)?.toLowerCase(),
    revision: names.revision && single(entry, names.revision),
  };
}

function single(entry: Entry, name: string): string | undefined {
  return onlyOne(valuesOf(entry, name), name);
}

function onlyOne(values: readonly string[], name: string): string | undefined {
  if (values.length > 1) throw directoryFault(`has an entry with several values of ${name}`);
  return values[0];
}

/** Attribute names are the same in any case. */
function valuesOf(entry: Entry, name: string): readonly string[] {
  const key = Object.keys(entry).find((one) => one.toLowerCase() === name.toLowerCase());
  const values = key === undefined ? [] : entry[key];
  return [values].flat().map((value) => (typeof value === 'string' ? value : String(value)));
}

function plainNumber(text: string): string {
  return text.replace(/[ -]/g, '');
}

function isNoText(value: string): boolean {
  return value === '' || !value.isWellFormed() || value.includes('\0');
}
