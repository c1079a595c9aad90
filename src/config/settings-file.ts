import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { ConfigError, type ConfigFault } from './faults.ts';
import { maskFile } from './literal-credentials.ts';
import { readTextFile, TEXT_BYTES_MAX, UnreadableFile } from './read-file.ts';

export interface SettingsFile {
  /** What is written, as plain values. */
  readonly tree: unknown;
  /** Line, from 1, where the setting or the nearest group around it is named. `undefined`: nowhere. */
  lineOf(path: string): number | undefined;
}

/**
 * Reads YAML; JSON is YAML. `path` is the setting that names the file, if any does. Throws `ConfigError` if it can't be
 * read or is not YAML.
 */
export function readSettingsFile(file: string, path = ''): SettingsFile {
  const lines = new LineCounter();
  const document = parseDocument(readText(file, path), { lineCounter: lines, prettyErrors: false });
  const refuse = (message: string, line: number | undefined): ConfigFault => {
    const origin = { kind: 'file', file, line } as const;
    return { path, reason: `can't be read: ${message}`, accepted: 'YAML or JSON', origin };
  };
  const faults = [...document.errors, ...document.warnings].map(({ message, pos }) =>
    refuse(message, lines.linePos(pos[0]).line),
  );
  if (faults.length > 0) throw new ConfigError(faults);

  return {
    tree: readTree(document, refuse),
    lineOf: (path) => {
      const offset = findOffset(document.contents, path.split('.'));
      return offset === undefined ? undefined : lines.linePos(offset).line;
    },
  };
}

/** Aliases that multiply beyond measure are refused by the library. */
function readTree(
  document: Document.Parsed,
  refuse: (message: string, line: undefined) => ConfigFault,
): unknown {
  try {
    const tree: unknown = document.toJS() ?? {};
    if (typeof tree === 'object' && !Array.isArray(tree)) return tree;
    throw new Error('its top level is not a group of settings, such as `http:` with settings below it');
  } catch (error) {
    throw new ConfigError([refuse(error instanceof Error ? error.message : String(error), undefined)]);
  }
}

function readText(file: string, path: string): string {
  try {
    return readTextFile(file, TEXT_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const reason = path === '' ? `the configuration file can't be read: ${error.message}` : error.message;
    const origin = { kind: 'file', file: maskFile(file), line: undefined } as const;
    throw new ConfigError([{ path, reason, accepted: error.accepted, origin }]);
  }
}

/** Goes down as far as the path leads and tells where the last thing found begins. */
function findOffset(root: Node | null, path: readonly string[]): number | undefined {
  let node: unknown = root;
  let offset: number | undefined;
  for (const name of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
      if (!pair || !isScalar(pair.key)) return offset;
      offset = pair.key.range?.[0];
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(name)];
      if (!isMap(item) && !isScalar(item)) return offset;
      offset = item.range?.[0];
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}
