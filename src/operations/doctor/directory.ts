import { createSystemClock } from '../../adapters/system/system-clock.ts';
import { phoneNumberSecret } from '../../domain/phone-number.ts';
import { createDeadline } from '../../ports/deadline.ts';
import { NOBODYS_NUMBER } from '../../ports/e164.ts';
import type { Settings } from '../../settings/settings.ts';
import { directoryOf } from '../../wiring/data-kinds.ts';
import { about, type Finding } from './finding.ts';

const TIMEOUT_MS = 3000;

/** Asks a directory that is not ours for a number that nobody has. Ours are looked at with the databases. */
export async function examineDirectory(settings: Settings): Promise<readonly Finding[]> {
  const { row, terms } = directoryOf(settings);
  if (row.accounts !== undefined) return [];
  const { ok, warning, failed } = about('directory');
  const where = row.where(terms);
  const clock = createSystemClock();
  const { directory } = await row.open(terms, 'read', clock);
  const deadline = createDeadline(clock, TIMEOUT_MS);
  try {
    const startedMs = clock.steadyMs();
    const found = await directory.findByPhoneNumber(phoneNumberSecret(NOBODYS_NUMBER), deadline);
    const durationMs = clock.steadyMs() - startedMs;
    if (found.length > 0) {
      const finding = `${where} knows somebody by ${NOBODYS_NUMBER}, a number that nobody has`;
      return [failed(finding, 'Does it compare what it is asked for? Every code may go to somebody else.')];
    }
    const took = `${where} answered within ${durationMs} ms that nobody has ${NOBODYS_NUMBER}, as it should`;
    const slowMs = settings.requests.budgetMs / 4;
    return durationMs > slowMs
      ? [warning(took, `A request has ${settings.requests.budgetMs} ms for everything: requests.budgetMs.`)]
      : [ok(took)];
  } finally {
    deadline.cancel();
    await directory.close();
  }
}
