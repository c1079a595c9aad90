import { createSecretKey, type KeyObject } from 'node:crypto';
import { createSystemClock } from '../adapters/system/system-clock.ts';
import { findAssociated, type LookUp } from '../domain/associations/find-associated.ts';
import {
  type ExplainedRequest,
  explainRequest as explainIn,
  findRequests as findIn,
  type RequestSearch,
} from '../domain/requests.ts';
import { createDeadline } from '../ports/deadline.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { Settings } from '../settings/settings.ts';
import { type DataSettings, directoryOf, type StoreSettings } from '../wiring/data-kinds.ts';
import { readStore } from './databases.ts';

export type {
  ExplainedChallenge,
  ExplainedRequest,
  RequestSearch,
  TimelineEntry,
} from '../domain/requests.ts';

/** As the function of the domain does, beside a running server. Throws `UnavailableError` if the store is not there too. */
export function explainRequest(
  settings: StoreSettings,
  requestId: string,
): Promise<readonly ExplainedRequest[]> {
  return readStore(settings, (store) => explainIn(store, requestId));
}

/**
 * As the function of the domain does, beside a running server. It takes the secret of the server; an association id is
 * looked up in the account directory first. Throws `UnavailableError` also if a database is not there, or if the sandbox
 * has not made its secret yet.
 */
export function findRequests(
  settings: DataSettings & Pick<Settings, 'digests' | 'dataDirectory'>,
  search: RequestSearch,
): Promise<readonly ExplainedRequest[]> {
  return readStore(settings, (store) => {
    const digestKey = digestKeyOf(settings);
    const accountOf = (associationId: string) =>
      accountOfAssociation(settings, associationId, { store, keys: { digestKey } });
    return findIn(search, { store, digestKey, accountOf });
  });
}

/** Throws `UnavailableError` where there is none: the sandbox makes one at its first start. */
export function digestKeyOf({
  digests,
  dataDirectory,
}: Pick<Settings, 'digests' | 'dataDirectory'>): KeyObject {
  const secret = digests.secret.reveal();
  if (secret !== '') return createSecretKey(secret, 'utf8');
  throw new UnavailableError(
    `digests.secret is not configured, and ${dataDirectory} has none: the sandbox makes one there when the server ` +
      'first starts. Without the secret of the server, requests are found by their ids alone',
  );
}

const LOOK_UP_MS = 10_000;

async function accountOfAssociation(
  settings: DataSettings,
  associationId: string,
  known: Pick<LookUp, 'store' | 'keys'>,
): Promise<string | undefined> {
  const { row, terms } = directoryOf(settings);
  const clock = createSystemClock();
  const { directory } = await row.open(terms, 'read', clock);
  const deadline = createDeadline(clock, LOOK_UP_MS);
  try {
    return (await findAssociated(associationId, { ...known, directory, clock, deadline }))?.accountId;
  } finally {
    deadline.cancel();
    await directory.close();
  }
}
