import type { Account, AccountDirectory, AssociationKeeper } from '../../../ports/account-directory.ts';
import type { Clock, Deadline } from '../../../ports/clock.ts';
import { isE164, NOBODYS_NUMBER } from '../../../ports/e164.ts';
import type { DataAccess } from '../../data-kind.ts';
import type { OpenedDirectory } from '../directory-kind.ts';
import { isAssociationId } from '../rows/account-fields.ts';
import { directoryFault, type LookUp } from '../rows/foreign-account.ts';
import { ACCOUNT_ID_LENGTH_MAX, ASSOCIATION_ID_LENGTH_MAX } from './contract.ts';
import { accountsIn, answerAs } from './read-answer.ts';
import { type DirectoryService, directoryService } from './service.ts';
import type { HttpDirectorySettings } from './settings.ts';

/** Asks nothing yet. With `read`, it keeps no associations. */
export function openDirectory(
  settings: HttpDirectorySettings,
  access: DataAccess,
  clock: Clock,
): OpenedDirectory {
  const service = directoryService(settings, clock);
  const keepsAssociations = settings.ownsAssociations && access !== 'read';
  return { directory: httpDirectory(service, keepsAssociations) };
}

function httpDirectory(service: DirectoryService, keepsAssociations: boolean): AccountDirectory {
  const lookUp = async (asked: LookUp, deadline: Deadline) =>
    accountsIn(await service.ask('/lookup', { ...asked }, deadline), asked);
  const findOne = async (
    asked: LookUp,
    lengthMax: number,
    deadline: Deadline,
  ): Promise<Account | undefined> => {
    if (!isText(asked.value, lengthMax)) return undefined;
    return (await lookUp(asked, deadline))[0];
  };
  return {
    findByAssociationId: (value, deadline) =>
      findOne({ by: 'associationId', value }, ASSOCIATION_ID_LENGTH_MAX, deadline),
    findByAccountId: (value, deadline) =>
      findOne({ by: 'accountId', value }, ACCOUNT_ID_LENGTH_MAX, deadline),
    async findByPhoneNumber(phoneNumber, deadline) {
      const value = phoneNumber.reveal();
      // A service that reads numbers kindly would find somebody by what is none. [TEL-2]
      return isE164(value) ? lookUp({ by: 'phoneNumber', value }, deadline) : [];
    },
    async check(deadline) {
      const found = await lookUp({ by: 'phoneNumber', value: NOBODYS_NUMBER }, deadline);
      if (found.length > 0) throw directoryFault('knows somebody by a number that nobody has');
    },
    ...(keepsAssociations && { associations: associationsAt(service) }),
    async close() {
      service.close();
    },
  };
}

function associationsAt(service: DirectoryService): AssociationKeeper {
  return {
    async associate({ accountId, associationId, attempt }, deadline) {
      if (!isAssociationId(associationId)) return 'malformed';
      if (!isText(accountId, ACCOUNT_ID_LENGTH_MAX)) return 'unknown-account';
      const answer = await service.ask('/associate', { accountId, associationId, attempt }, deadline);
      return answerAs('AssociateAnswer', answer).result;
    },
    async dissociate(associationId, deadline) {
      if (!isAssociationId(associationId)) return 'unknown-association';
      const answer = await service.ask('/dissociate', { associationId }, deadline);
      return answerAs('DissociateAnswer', answer).result;
    },
  };
}

/** What isn't is nobody's, and no JSON could ask for half a character. */
function isText(value: string, lengthMax: number): boolean {
  return value.length > 0 && value.length <= lengthMax && value.isWellFormed();
}
