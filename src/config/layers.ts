import { parse } from 'yaml';
import { type ConfigFault, nearestName, type Origin } from './faults.ts';
import { maskName, maskSettingPath } from './literal-credentials.ts';
import type { NamedSetting } from './named-settings.ts';
import { isServiceLink } from './service-link.ts';
import type { SettingSchema } from './setting-schema.ts';
import { readSettingsFile, type SettingsFile } from './settings-file.ts';

export interface ConfigSources {
  /** YAML or JSON. `undefined`: `GSP_OTP_CONFIG` of the environment, or no file at all. */
  readonly file?: string | undefined;
  /** As `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By dotted path, such as `{'http.port': '8443'}`. Texts are read as those of the environment are. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
  /** The same from a command line. No secret may stand in them: other users of the machine can read them. */
  readonly flags?: Readonly<Record<string, string>> | undefined;
}

/** File, environment, overrides and flags laid over each other, later ones on top. */
export interface Layers {
  readonly tree: unknown;
  readonly faults: readonly ConfigFault[];
  originOf(path: string): Origin;
}

const configVariable = 'GSP_OTP_CONFIG';

/** Throws `ConfigError` if the file can't be read. Names that are neither `settings` nor `former` ones are among `faults`. */
export function layConfig(
  sources: ConfigSources,
  settings: readonly NamedSetting[],
  former: readonly NamedSetting[] = [],
): Layers {
  const named = [...settings, ...former];
  const fileName = sources.file ?? (sources.env[configVariable] || undefined);
  const file = fileName === undefined ? undefined : readSettingsFile(fileName);
  const tree = isGroup(file?.tree) ? structuredClone(file.tree) : (file?.tree ?? {});
  const origins = new Map<string, Origin>();
  const faults: ConfigFault[] = [];

  for (const given of [
    ...fromEnv(sources.env, named),
    ...fromPaths(sources.overrides ?? {}, 'override', named),
    ...fromPaths(sources.flags ?? {}, 'flag', named),
  ]) {
    if ('reason' in given) {
      faults.push(given);
    } else {
      setIn(tree, given.path.split('.'), given.value);
      // A group that was given takes the place of all its members.
      for (const path of origins.keys()) if (path.startsWith(`${given.path}.`)) origins.delete(path);
      origins.set(given.path, given.origin);
    }
  }
  const notSettings = unknownVariables(sources.env, tree, named);
  const originOf = (path: string) => originIn(path, origins, tree, file, fileName ?? '');
  return { tree, faults: [...notSettings, ...faults], originOf };
}

interface Given {
  readonly path: string;
  readonly value: unknown;
  readonly origin: Origin;
}

function* fromEnv(env: ConfigSources['env'], named: readonly NamedSetting[]): Generator<Given> {
  for (const { path, variable, schema } of named) {
    const text = env[variable];
    if (!text || isServiceLink(variable, text)) continue;
    yield { path, value: readValueText(text, schema), origin: { kind: 'env', variable } };
  }
}

function* fromPaths(
  values: Readonly<Record<string, unknown>>,
  kind: 'override' | 'flag',
  named: readonly NamedSetting[],
): Generator<Given | ConfigFault> {
  // Groups first, so that their members may be set as well.
  for (const [path, value] of Object.entries(values).sort(([a], [b]) => a.length - b.length)) {
    const origin: Origin = { kind, path: maskSettingPath(path) };
    const setting = named.find((one) => one.path === path);
    if (setting === undefined) {
      const paths = named.map((one) => one.path);
      yield unknownName(path, paths, origin);
    } else {
      yield {
        path,
        value: typeof value === 'string' ? readValueText(value, setting.schema) : value,
        origin,
      };
    }
  }
}

/**
 * A value written as text. What can't be read stays the text it is, so that the check that follows reports it
 * together with what would be accepted.
 */
function readValueText(text: string, schema: SettingSchema): unknown {
  if (schema.type === 'string' || schema.enum) return text;
  if (schema.type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (schema.type === 'boolean') return text === 'true' || (text === 'false' ? false : text);
  const isTextList = schema.type === 'array' && schema.items?.type !== 'object';
  if (isTextList && !text.trimStart().startsWith('[')) {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
  }
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** A name that begins as ours do and isn't one was meant to be one. */
function unknownVariables(
  env: ConfigSources['env'],
  tree: unknown,
  named: readonly NamedSetting[],
): readonly ConfigFault[] {
  const variables = named.map(({ variable }) => variable);
  const known = new Set([configVariable, ...variables, ...namedBy(tree)]);
  return Object.entries(env)
    .filter(([name, text]) => name.startsWith('GSP_OTP_') && !known.has(name) && !isServiceLink(name, text))
    .map(([variable]) => unknownName(variable, variables, { kind: 'env', variable }));
}

/** The variables that `{env: …}` references point at. */
function* namedBy(tree: unknown): Generator<string> {
  if (typeof tree !== 'object' || tree === null) return;
  for (const [name, value] of Object.entries(tree)) {
    if (name === 'env' && typeof value === 'string') yield value;
    else yield* namedBy(value);
  }
}

function unknownName(name: string, names: readonly string[], origin: Origin): ConfigFault {
  const accepted = 'the names that `gsp-otp config reference` lists';
  return {
    path: maskName(name),
    reason: 'is not a setting',
    accepted,
    nearest: nearestName(name, names),
    origin,
  };
}

export function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Leaves a value alone that stands where a group should be: it is reported for what it is. */
function setIn(tree: unknown, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined || !isGroup(tree)) return;
  if (rest.length === 0) {
    tree[name] = value;
  } else {
    tree[name] ??= {};
    setIn(tree[name], rest, value);
  }
}

function originIn(
  path: string,
  origins: ReadonlyMap<string, Origin>,
  tree: unknown,
  file: SettingsFile | undefined,
  fileName: string,
): Origin {
  for (let part = path; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('.')))) {
    const origin = origins.get(part);
    if (origin) return origin;
  }
  // A group of which a member was given by itself.
  for (const [given, origin] of origins) if (given.startsWith(`${path}.`)) return origin;
  const line = isWritten(tree, path) ? file?.lineOf(path) : undefined;
  return line === undefined ? { kind: 'default' } : { kind: 'file', file: fileName, line };
}

function isWritten(tree: unknown, path: string): boolean {
  let node = tree;
  for (const name of path.split('.')) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return false;
    node = (node as Record<string, unknown>)[name];
  }
  return true;
}
