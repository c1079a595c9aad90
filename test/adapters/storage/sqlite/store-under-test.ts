import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  openSqliteOtpStore,
  type SqliteOtpStore,
} from '../../../../src/adapters/storage/sqlite/otp-store.ts';
import type { SqliteOptions } from '../../../../src/adapters/storage/sqlite/sqlite-engine.ts';

/** A path in a folder that goes with the test. */
export function temporaryFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-store-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'otp.sqlite');
}

/** A store on a new file, or on `file`; closed when the test ends. */
export function openStore(t: TestContext, options: Partial<SqliteOptions> = {}): SqliteOtpStore {
  const store = openSqliteOtpStore({ file: temporaryFile(t), environment: 'sandbox', ...options });
  t.after(() => store.close());
  return store;
}
