import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const repository = join(import.meta.dirname, '../../../..');
const engine = pathToFileURL(join(repository, 'src/adapters/')).href;

/** A place of a source, and what stands there instead. */
export interface SourceChange {
  /** In the repository. */
  readonly file: string;
  /** Stands there once. */
  readonly old: string;
  readonly now: string;
}

const changes: SourceChange[] = [];

/**
 * A module with all of the adapters that it imports, of which one is changed; beside those that others use. The change
 * is in the text alone, as it is loaded: no file is written.
 */
export function loadChanged<Module>(path: string, change: SourceChange): Promise<Module> {
  requireOnce(change);
  if (changes.length === 0) registerHooks({ resolve, load });
  const number = changes.push(change) - 1;
  return import(`${urlOf(path)}?changed=${number}`);
}

/** Has the whole process see the change. */
export function changeAll(change: SourceChange): void {
  requireOnce(change);
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      return url === urlOf(change.file) ? { ...loaded, source: changed(loaded.source, change) } : loaded;
    },
  });
}

type Hooks = Required<Parameters<typeof registerHooks>[0]>;

const resolve: Hooks['resolve'] = (specifier, context, next) => {
  const found = next(specifier, context);
  const [mark] = /[?]changed=\d+$/.exec(context.parentURL ?? '') ?? [];
  const isOwn = mark !== undefined && found.url.startsWith(engine) && !found.url.includes('?');
  return isOwn ? { ...found, url: `${found.url}${mark}` } : found;
};

const load: Hooks['load'] = (url, context, next) => {
  const loaded = next(url, context);
  const [address, number] = url.split('?changed=');
  const change = number === undefined ? undefined : changes[Number(number)];
  return change === undefined || address !== urlOf(change.file)
    ? loaded
    : { ...loaded, source: changed(loaded.source, change) };
};

function changed(source: unknown, { old, now }: SourceChange): string {
  return Buffer.from(source as Uint8Array)
    .toString()
    .replace(old, () => now);
}

/** Throws if it is not the one place that the change means. */
export function requireOnce({ file, old }: Pick<SourceChange, 'file' | 'old'>): void {
  const parts = readFileSync(join(repository, file), 'utf8').split(old).length;
  assert.equal(parts, 2, `${file} has once: ${old}`);
}

function urlOf(path: string): string {
  return pathToFileURL(join(repository, path)).href;
}
