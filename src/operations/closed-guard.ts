import { confirmClosed } from '../domain/weigh-closed.ts';
import type { ClosedState } from '../ports/otp-store.ts';
import type { StoreSettings } from '../wiring/data-kinds.ts';
import { changeStore, readStore } from './databases.ts';

/**
 * What the closed-account guard has found out: whether Google is told of closed accounts. `undefined`: nothing yet. Reads
 * beside a running server. Throws `UnavailableError` if there is no store.
 */
export function showClosedGuard(settings: StoreSettings): Promise<ClosedState | undefined> {
  return readStore(settings, (store) => store.closedState());
}

/**
 * Confirms closed accounts for so many days, 1 to 30, from the newest moment that the store knows; its servers follow at
 * once. Throws `UnavailableError` if there is no store, or it can't be written.
 */
export function confirmClosedAccounts(
  settings: StoreSettings,
  days: number,
): Promise<{ readonly untilMs: number }> {
  return changeStore(settings, async (store) =>
    // The machine of whoever types it may be wrong about the time.
    confirmClosed(days, { store, nowMs: (await store.newestMoment()) || Date.now() }),
  );
}
