import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { isObject } from '../google/answer.ts';
import { type ConformanceConfig, checkConformanceConfig } from './config.ts';
import { ConformanceConfigError } from './config-error.ts';
import { readTextFile } from './read-file.ts';

/** What may be a text, or kept elsewhere as `{file: …}` or `{env: …}`. `*` is any member. */
const secrets = [
  'google.passphrase',
  'sms.headers.*',
  'gatewayOutage.begin.headers.*',
  'gatewayOutage.end.headers.*',
];
/** The same, but a text names a file. */
const files = [
  'google.privateKeys.*',
  'google.expiredKeys.*',
  'google.revokedKeys.*',
  'integrator.publicKeys.*',
  'tls.*',
];

type Reference = { readonly file: string } | { readonly env: string };
type Load = (reference: Reference, place: string) => string;

/** Reads a YAML file and the files and environment variables it names. Throws `ConformanceConfigError`. */
export function readConformanceConfig(file: string): ConformanceConfig {
  const written = parseYaml(file);
  // What is wrong in the file itself is told before anything that it names is looked at.
  checkConformanceConfig(withLoaded(written, () => 'to be loaded'));
  return checkConformanceConfig(
    withLoaded(written, (reference, place) => {
      if ('file' in reference) return readText(resolve(dirname(file), reference.file), place);
      const value = process.env[reference.env]?.trim();
      if (!value) {
        throw new ConformanceConfigError(`${place}: the environment variable ${reference.env} is not set`);
      }
      return value;
    }),
  );
}

function withLoaded(config: unknown, load: Load): unknown {
  const change = (value: unknown, place: string, text: (value: string) => string): unknown => {
    if (typeof value === 'string') return text(value);
    if (!isObject(value)) return value;
    const [name, kept] = Object.entries(value)[0] ?? [];
    if (Object.keys(value).length === 1 && typeof kept === 'string' && kept !== '') {
      if (name === 'file') return load({ file: kept }, place).trim();
      if (name === 'env') return load({ env: kept }, place);
    }
    throw new ConformanceConfigError(`${place} must be a text, {file: …} or {env: …}`);
  };
  const changed = secrets.reduce(
    (whole, path) => changeAt(whole, path.split('.'), '', (value, place) => change(value, place, (t) => t)),
    config,
  );
  return files.reduce(
    (whole, path) =>
      changeAt(whole, path.split('.'), '', (value, place) =>
        change(value, place, (name) => load({ file: name }, place)),
      ),
    changed,
  );
}

/** A copy in which what stands at the path is changed, if there is anything. */
function changeAt(
  value: unknown,
  [name, ...rest]: readonly string[],
  above: string,
  change: (value: unknown, place: string) => unknown,
): unknown {
  if (name === undefined) return change(value, above);
  if (Array.isArray(value)) {
    return name === '*'
      ? value.map((item, index) => changeAt(item, rest, `${above}.${index}`, change))
      : value;
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => {
    const place = above === '' ? key : `${above}.${key}`;
    return [key, name === '*' || name === key ? changeAt(member, rest, place, change) : member];
  });
  return Object.fromEntries(members);
}

function parseYaml(file: string): unknown {
  const text = readText(file, undefined);
  try {
    return parse(text) ?? {};
  } catch (cause) {
    const [told] = String(cause instanceof Error ? cause.message : cause).split(/:?\n/);
    throw new ConformanceConfigError(`${file} is no YAML: ${told}`);
  }
}

function readText(file: string, place: string | undefined): string {
  try {
    return readTextFile(file);
  } catch (cause) {
    const told = cause instanceof Error ? cause.message : cause;
    throw new ConformanceConfigError(`${place ?? 'the configuration'}: ${told}`);
  }
}
