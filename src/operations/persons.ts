import { createSystemClock } from '../adapters/system/system-clock.ts';
import {
  type ErasedPerson,
  erasePerson,
  exportPerson,
  type PersonOf,
  type PersonRecords,
} from '../domain/persons.ts';
import { createDeadline } from '../ports/deadline.ts';
import type { Settings } from '../settings/settings.ts';
import { type DataSettings, directoryOf } from '../wiring/data-kinds.ts';
import { changeStore, readStore } from './databases.ts';
import { digestKeyOf } from './requests.ts';

type PersonSettings = DataSettings & Pick<Settings, 'digests' | 'dataDirectory'>;

const LOOK_UP_MS = 10_000;

/**
 * As the function of the domain does, beside a running server. It takes the secret of the server. Throws `UnavailableError`
 * also if there is no store, or if the sandbox has not made its secret yet.
 */
export function erasePersonIn(
  settings: PersonSettings & Pick<Settings, 'retention'>,
  of: PersonOf,
): Promise<ErasedPerson> {
  const keys = { digestKey: digestKeyOf(settings) };
  const retentionMs = settings.retention.requestsMs;
  return changeStore(settings, async (store) => {
    const clock = createSystemClock(await store.newestMoment());
    return erasePerson(of, { store, clock, keys, retentionMs });
  });
}

/** The same for what is known of a person; reads store and directory. */
export function exportPersonFrom(settings: PersonSettings, of: PersonOf): Promise<PersonRecords> {
  const keys = { digestKey: digestKeyOf(settings) };
  return readStore(settings, async (store) => {
    const { row, terms } = directoryOf(settings);
    const clock = createSystemClock(0);
    const { directory } = await row.open(terms, 'read', clock);
    const deadline = createDeadline(clock, LOOK_UP_MS);
    try {
      return await exportPerson(of, { store, directory, keys, deadline });
    } finally {
      deadline.cancel();
      await directory.close();
    }
  });
}
