import { join } from 'node:path';
import type { DirectoryFile } from '../adapters/directory/sqlite/directory-file.ts';
import type { Settings } from '../settings/settings.ts';

/** The settings that the embedded databases depend on. */
export type DataSettings = Pick<Settings, 'profile' | 'dataDirectory'>;

/** Where the embedded OTP store is. */
export function otpStoreFileOf({ profile, dataDirectory }: DataSettings) {
  return { file: join(dataDirectory, 'otp.sqlite'), environment: profile };
}

/**
 * Where the embedded account directory is: in a file of its own beside the OTP store, so that a long import never
 * holds the store's lock.
 */
export function directoryFileOf({ profile, dataDirectory }: DataSettings): DirectoryFile {
  return { file: join(dataDirectory, 'accounts.sqlite'), environment: profile };
}
