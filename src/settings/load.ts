import { dirname, join, resolve } from 'node:path';
import { ConfigError, type ConfigFault, type Origin } from '../config/faults.ts';
import { type ConfigSources, isGroup, type Layers, layConfig } from '../config/layers.ts';
import { maskSettingPath } from '../config/literal-credentials.ts';
import {
  type LoadedSecret,
  loadMadeSecret,
  loadOrMakeSecret,
  loadSecret,
  type SecretTerms,
} from '../config/load-secret.ts';
import { findPlaceholders, type Placeholder } from '../config/placeholders.ts';
import { inPlaceOf } from '../config/places.ts';
import { readSetting, type SecretReference, type SettingsReader } from '../config/read-settings.ts';
import { directoryWithin } from './data-settings.ts';
import { gatewayCaution } from './gateway-rules.ts';
import { formerNames, namedSettings } from './named-settings.ts';
import { cautions, productionRules, rules } from './rules.ts';
import { dataDirectory, type Settings, settings } from './settings.ts';

export interface Config extends Settings {
  /** What the operator should know at the start, such as a secret file that others can read. */
  readonly warnings: readonly string[];
}

/** A configuration as it was found, sound or not. Nothing was made on disk for it. */
export interface ConfigInspection {
  readonly faults: readonly ConfigFault[];
  readonly warnings: readonly string[];
  /** In it, what is faulty has its default or is left out. */
  readonly values: unknown;
  originOf(path: string): Origin;
}

/**
 * The configuration that file, environment, overrides and flags amount to, later ones winning. In the sandbox profile,
 * secrets that are not set are made in the data directory. Throws `ConfigError` with all faults at once; nothing
 * is to be started then.
 */
export function loadConfig(sources: ConfigSources): Config {
  // Nothing is made on disk for a configuration that can't be used.
  const { faults } = readConfig(sources, false);
  if (faults.length > 0) throw new ConfigError(faults);
  const made = readConfig(sources, true);
  if (made.faults.length > 0) throw new ConfigError(made.faults);
  const values = made.values as Settings;
  return freeze(inPlaceOf(values, { ...values, warnings: made.warnings }));
}

/** The sandbox as it starts without any setting, but for where it keeps its data. Makes its secrets there. */
export function sandboxDefaults(dataDirectory: string): Config {
  return loadConfig({ env: {}, overrides: { dataDirectory } });
}

/** For showing and checking. Throws `ConfigError` only if the file can't be read at all. */
export function inspectConfig(sources: ConfigSources): ConfigInspection {
  return readConfig(sources, false);
}

function readConfig(sources: ConfigSources, mayMakeSecrets: boolean): ConfigInspection {
  const layers = layConfig(sources, namedSettings, formerNames);
  chooseDirectory(layers.tree);
  const tree = isGroup(layers.tree) ? layers.tree : {};
  const sandbox = tree['profile'] !== 'production';
  const faults: ConfigFault[] = [...layers.faults];
  const warnings: string[] = [];
  const { env } = sources;
  const reader = createReader({ layers, sandbox, env, mayMakeSecrets, faults, warnings });
  const values = readSetting(settings, layers.tree, '', reader);

  for (const { about, broken, reason, accepted } of sandbox ? rules : [...rules, ...productionRules]) {
    const [path] = about;
    const faulty = faults.some((fault) => about.some((name) => touches(fault.path, name)));
    if (faulty || !broken(values as Settings)) continue;
    faults.push({ path, reason: reason(values as Settings), accepted, origin: layers.originOf(path) });
  }
  const placeholders = findPlaceholders(values);
  for (const { path, text } of placeholders.marked) {
    const reason = `has ${text} in it, a placeholder that was left`;
    const shownAs = maskSettingPath(path);
    if (sandbox) warnings.push(`${shownAs}: ${reason}; production refuses that`);
    else
      faults.push({ path: shownAs, reason, accepted: 'what it stands for', origin: layers.originOf(path) });
  }
  const unchecked = uncheckedTls(env, sandbox);
  if (unchecked.fault) faults.push(unchecked.fault);
  warnings.push(...unchecked.warnings);

  if (faults.length === 0) {
    const left = ({ path, text }: Placeholder) => `${path}: ${text} is of an example, and nobody's`;
    if (!sandbox) warnings.push(...placeholders.plain.map(left));
    const caution = gatewayCaution((values as Settings).sms.gateway);
    if (caution !== undefined) warnings.push(`sms.gateway: ${caution}`);
    warnings.push(...cautions.filter(({ applies }) => applies(values as Settings)).map(({ text }) => text));
  }
  return { faults, warnings, values, originOf: layers.originOf };
}

/** Where none is named, accounts lie with the store if they can. */
function chooseDirectory(tree: unknown): void {
  if (!isGroup(tree) || !isGroup(tree['store'])) return;
  const kind = directoryWithin(tree['store']['kind'])?.kind;
  if (kind !== undefined) tree['directory'] ??= { kind };
}

/** Node's own switch for all TLS of a process: no setting, but nothing that is set up here is safe with it. */
function uncheckedTls(env: ConfigSources['env'], sandbox: boolean) {
  const variable = 'NODE_TLS_REJECT_UNAUTHORIZED';
  if (env[variable] !== '0') return { warnings: [] };
  const reason = 'is 0, which asks for connections to gateways whose certificates nobody checks';
  if (sandbox)
    return {
      warnings: [`${variable}: ${reason}; certificates are checked all the same, and production refuses it`],
    };
  const accepted =
    'in production, not to set it; a private authority is named in the settings of its gateway';
  const origin: Origin = { kind: 'env', variable };
  return { fault: { path: '', reason: `${variable} ${reason}`, accepted, origin }, warnings: [] };
}

interface ReaderTerms {
  readonly layers: Layers;
  readonly sandbox: boolean;
  readonly env: ConfigSources['env'];
  readonly mayMakeSecrets: boolean;
  readonly faults: ConfigFault[];
  readonly warnings: string[];
}

function createReader(terms: ReaderTerms): SettingsReader {
  const { layers, sandbox, env, faults } = terms;
  const { originOf } = layers;
  const report = (path: string, fault: Omit<ConfigFault, 'path'>) => {
    // What lies below a faulty group is not told again.
    if (!faults.some((earlier) => path.startsWith(`${earlier.path}.`)))
      faults.push({ path: maskSettingPath(path), ...fault });
  };
  return {
    sandbox,
    originOf,
    fault(path, reason, accepted, { nearest, missing } = {}) {
      const origin = originOf(missing ? path.slice(0, Math.max(0, path.lastIndexOf('.'))) : path);
      report(path, { reason, accepted, nearest, origin });
    },
    filePath: (written, path) => absolutePath(written, originOf(path)),
    secret(reference, { minLength = 1, public: mayBeSeen = false, derLabel, fileBytesMax }, path) {
      const onCommandLine = originOf(path).kind === 'flag';
      const more = { ...(derLabel && { derLabel }), ...(fileBytesMax && { fileBytesMax }) };
      const secretTerms = { sandbox, minLength, mayBeSeen, onCommandLine, env, ...more };
      const loaded = loadAt(reference, path, secretTerms, terms);
      if (loaded.kind === 'faulty') {
        report(path, { reason: loaded.reason, accepted: loaded.accepted, origin: originOf(path) });
        return undefined;
      }
      if (loaded.warning) terms.warnings.push(`${maskSettingPath(path)}: ${loaded.warning}`);
      return loaded.secret;
    },
  };
}

function loadAt(
  { file, ...reference }: SecretReference,
  path: string,
  secretTerms: SecretTerms,
  { layers, mayMakeSecrets }: ReaderTerms,
): LoadedSecret {
  if (file === undefined) return loadSecret(reference, secretTerms);
  const origin = layers.originOf(path);
  if (origin.kind !== 'default') return loadSecret({ file: absolutePath(file, origin) }, secretTerms);

  const made = join(dataDirectoryOf(layers), file);
  if (mayMakeSecrets) return loadOrMakeSecret(made, secretTerms);
  return loadMadeSecret(made, secretTerms);
}

function dataDirectoryOf({ tree, originOf }: Layers): string {
  const given = isGroup(tree) ? tree['dataDirectory'] : undefined;
  return absolutePath(typeof given === 'string' ? given : dataDirectory.default, originOf('dataDirectory'));
}

/** What a file says is meant from where that file is; all else from the working directory. */
function absolutePath(written: string, origin: Origin): string {
  return origin.kind === 'file' ? resolve(dirname(origin.file), written) : resolve(written);
}

function touches(faultPath: string, name: string): boolean {
  return faultPath === '' || `${name}.`.startsWith(`${faultPath}.`) || faultPath.startsWith(`${name}.`);
}

function freeze<T>(value: T): T {
  for (const member of Object.values(value ?? {})) {
    if (typeof member === 'object') freeze(member);
  }
  return Object.freeze(value);
}
