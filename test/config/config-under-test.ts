import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ConfigError, type ConfigFault } from '../../src/config/faults.ts';
import type { ConfigSources } from '../../src/config/layers.ts';
import { loadConfig } from '../../src/settings/load.ts';

/** A directory of the test's own, gone after it. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'gsp-otp-config-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** Writes a file of the test's own and returns its path. */
export function temporaryFile(t: TestContext, name: string, text: string, mode = 0o600): string {
  const file = join(temporaryDirectory(t), name);
  writeFileSync(file, text, { mode });
  return file;
}

/** All that is wrong with a configuration; empty if it is sound. */
export function faultsOf(sources: Partial<ConfigSources>): readonly ConfigFault[] {
  try {
    loadConfig({ env: {}, ...sources });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}
