import { dirname, join } from 'node:path';
import { isThere } from '../../ports/file-fault.ts';
import { UnavailableError } from '../../ports/unavailable.ts';

/** Lies in the data directory while files change places: what is there then is neither old nor new. */
export function pendingFileOf(folder: string): string {
  return join(folder, 'restore-pending');
}

/** Throws `UnavailableError` while a restore that was interrupted has left files of two times. */
export function refuseHalfRestored(file: string): void {
  if (!isThere(pendingFileOf(dirname(file))) || file.endsWith('.restoring')) return;
  throw new UnavailableError('may be half restored: run gsp-otp restore again');
}
