import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describeFileFault } from '../../ports/file-fault.ts';
import { makePrivateFolder } from '../../ports/private-folder.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import type { Environment } from './database-kind.ts';

/** What stands in `backup.json`, which is written last: without it a backup isn't whole. */
export interface BackupManifest {
  readonly format: 1;
  /** Before the first page was copied; what was committed earlier is in the backup. Wall clock. */
  readonly madeAtMs: number;
  readonly environment: Environment;
  readonly files: readonly BackedUpFile[];
}

export interface BackedUpFile {
  /** Such as `otp.sqlite`, in the backup as in the data directory. */
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

const MANIFEST = 'backup.json';
const MANIFEST_BYTES_MAX = 65_536;

/**
 * Makes the folder, for its owner alone; one that is there becomes so. Throws `UnavailableError` if it can't be made,
 * holds anything, or is somebody else's, who could exchange what is put there.
 */
export function beginBackup(folder: string): void {
  withFolder(folder, () => {
    makePrivateFolder(folder);
    if (readdirSync(folder).length > 0) {
      throw new UnavailableError(`${folder} is not empty: each backup needs a folder of its own`);
    }
    const user = process.geteuid?.();
    if (user !== undefined && statSync(folder).uid !== user) {
      throw new UnavailableError(`${folder} belongs to another user: name a folder that is not there yet`);
    }
    chmodSync(folder, 0o700);
  });
}

/** Tells why the system refused the folder, or a file in it, as an `UnavailableError`. */
function withFolder<T>(folder: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    const fault = describeFileFault(error, folder);
    throw fault === undefined ? error : new UnavailableError(`the backup: ${fault}`);
  }
}

/** Makes the backup whole: everything of it is on the disk when this returns. */
export function finishBackup(folder: string, manifest: BackupManifest): void {
  const file = join(folder, MANIFEST);
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  syncToDisk(file);
  syncToDisk(folder);
}

/** Throws `UnavailableError` if the folder holds no whole backup. */
export function readBackup(folder: string): BackupManifest {
  const file = join(folder, MANIFEST);
  const found = withFolder(folder, () => statSync(file, { throwIfNoEntry: false }));
  if (!found?.isFile() || found.size > MANIFEST_BYTES_MAX) {
    throw new UnavailableError(
      `${folder} is no whole backup: it has no ${MANIFEST}, which gsp-otp backup writes last`,
    );
  }
  const manifest = parse(withFolder(file, () => readFileSync(file, 'utf8')));
  if (manifest === undefined) throw new UnavailableError(`${file} is not as gsp-otp backup writes it`);
  return manifest;
}

function parse(text: string): BackupManifest | undefined {
  try {
    const value = JSON.parse(text) as BackupManifest;
    const sound =
      value.format === 1 &&
      Number.isSafeInteger(value.madeAtMs) &&
      ['sandbox', 'production'].includes(value.environment) &&
      value.files.every(
        ({ name, bytes, sha256 }) =>
          /^[a-z]+\.sqlite$/.test(name) && Number.isSafeInteger(bytes) && /^[0-9a-f]{64}$/.test(sha256),
      );
    return sound ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Size and hash of a file as it is on the disk now. Rejects with the reason of the signal once that is aborted. */
export async function describeFile(
  folder: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<BackedUpFile> {
  const file = join(folder, name);
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  return { name, bytes: statSync(file).size, sha256: hash.digest('hex') };
}

/** Of a folder: which names it holds. */
export function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
