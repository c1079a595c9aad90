import { hiddenInId, hiddenInText } from '../ports/hidden-characters.ts';
import type { Secret } from '../ports/secret.ts';
import { nearestName, type Origin } from './faults.ts';
import { fits } from './fits.ts';
import { isGroup } from './layers.ts';
import { maskName, maskText } from './literal-credentials.ts';
import { notePlace } from './places.ts';
import { acceptedBy, joinPath, kindsOf, type SettingSchema } from './setting-schema.ts';

/** What reading needs beside the table. */
export interface SettingsReader {
  readonly sandbox: boolean;
  /** `missing` tells that the fault lies in what is not there. */
  fault(
    path: string,
    reason: string,
    accepted: string,
    more?: { nearest?: string | undefined; missing?: true },
  ): void;
  /** Where the value at `path` comes from. */
  originOf(path: string): Origin;
  /** Makes a path written at `path` absolute. */
  filePath(written: string, path: string): string;
  /** Loads what a sound reference points at. `undefined`: it could not be loaded, and why was reported. */
  secret(reference: SecretReference, schema: SettingSchema, path: string): Secret | undefined;
}

/** Exactly one of them. */
export interface SecretReference {
  readonly file?: string;
  readonly env?: string;
  readonly value?: string;
}

/**
 * Checks what was given against the table and fills in defaults. What is faulty is reported and replaced by its
 * default, so that one pass finds every fault; where there is no default, it is left out. `placeOf` tells of each group,
 * list and secret where it stands.
 */
export function readSetting(
  schema: SettingSchema,
  given: unknown,
  path: string,
  reader: SettingsReader,
): unknown {
  const value = readValue(schema, given, path, reader);
  if (typeof value === 'object' && value !== null) notePlace(value, path, reader.originOf);
  return value;
}

function readValue(schema: SettingSchema, given: unknown, path: string, reader: SettingsReader): unknown {
  const byDefault = schema.default ?? (reader.sandbox ? schema.sandboxDefault : undefined);
  // An empty YAML value is one that was not given.
  const value = given ?? byDefault;
  if (schema.anyOf) return readChoice(schema, value, path, reader);
  if (schema.properties && !schema.secret) return readGroup(schema, value ?? {}, path, reader);
  if (value === undefined) {
    reader.fault(path, 'is missing', acceptedBy(schema), { missing: true });
    return undefined;
  }
  if (schema.secret) return readSecret(schema, value, path, reader);
  if (schema.patternProperties) return readMap(schema, value, path, reader);
  if (schema.type === 'array') return readList(schema, value, path, reader);
  return readLeaf(schema, value, path, reader, byDefault);
}

function readLeaf(
  schema: SettingSchema,
  value: unknown,
  path: string,
  reader: SettingsReader,
  byDefault: unknown,
): unknown {
  const sound = fits(schema, value) && value !== '';
  if (!sound) {
    const choices = schema.enum ?? [];
    const nearest = typeof value === 'string' ? nearestName(value, choices) : undefined;
    reader.fault(path, reasonOf(schema, value), acceptedAsText(schema, value), { nearest });
    return byDefault;
  }
  return schema.filePath ? reader.filePath(String(value), path) : value;
}

function readGroup(schema: SettingSchema, value: unknown, path: string, reader: SettingsReader): unknown {
  const group = groupOf(schema, value, path, reader);
  const members = Object.entries(schema.properties ?? {});
  const names = members.map(([name]) => name);
  for (const name of Object.keys(group).filter((name) => !names.includes(name))) {
    const remedy = Object.entries(schema.formerly ?? {}).find(([former]) => former === name)?.[1];
    if (remedy === undefined) {
      const nearest = nearestName(name, names);
      reader.fault(joinPath(path, maskName(name)), 'is not a setting', names.join(', '), { nearest });
    } else {
      reader.fault(joinPath(path, name), 'is no longer a setting', remedy);
    }
  }
  const given = members.filter(
    ([name]) => schema.required?.includes(name) || (group[name] ?? undefined) !== undefined,
  );
  const read = given.map(([name, member]) => {
    return [name, member.const ?? readSetting(member, group[name], joinPath(path, name), reader)] as const;
  });
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/** A group that may take one of several shapes, told by its `kind`. */
function readChoice(schema: SettingSchema, value: unknown, path: string, reader: SettingsReader): unknown {
  const group = groupOf(schema, value, path, reader);
  const kinds = kindsOf(schema);
  const kind = group['kind'] ?? (isGroup(schema.default) ? schema.default['kind'] : undefined);
  const variant = schema.anyOf?.find((candidate) => candidate.properties?.['kind']?.const === kind);
  if (variant) return readGroup(variant, group, path, reader);
  const nearest = typeof kind === 'string' ? nearestName(kind, kinds) : undefined;
  reader.fault(joinPath(path, 'kind'), `is ${describeValue(kind)}`, kinds.join(' or '), { nearest });
  return undefined;
}

function readMap(schema: SettingSchema, value: unknown, path: string, reader: SettingsReader): unknown {
  const [[pattern, member] = ['', {}]] = Object.entries(schema.patternProperties ?? {});
  const entries = Object.entries(groupOf(schema, value, path, reader)).filter(([name]) => {
    const known = new RegExp(pattern).test(name);
    if (!known)
      reader.fault(joinPath(path, maskName(name)), 'is not a name for it', schema.keyAccepts ?? pattern);
    return known;
  });
  return Object.fromEntries(
    entries.map(([name, item]) => [name, readSetting(member, item, joinPath(path, name), reader)]),
  );
}

function readList(schema: SettingSchema, value: unknown, path: string, reader: SettingsReader): unknown {
  if (!Array.isArray(value)) {
    reader.fault(path, 'is not a list', acceptedBy(schema));
    return schema.default ?? [];
  }
  const items: readonly unknown[] = value;
  const read = items
    .map((item, index) => readSetting(schema.items ?? {}, item, joinPath(path, String(index)), reader))
    .filter((item) => item !== undefined);
  // Length and repetition; the items were looked at one by one.
  const { items: _, ...whole } = schema;
  if (!fits(whole, value)) {
    const again = items.findIndex((item, index) => items.slice(0, index).some((other) => same(other, item)));
    const reason = again < 0 ? `has ${items.length} entries` : `has its entry ${again + 1} twice`;
    reader.fault(path, reason, acceptedBy(schema));
  }
  return read;
}

function readSecret(
  schema: SettingSchema,
  value: unknown,
  path: string,
  reader: SettingsReader,
): Secret | undefined {
  const kinds = isGroup(value) ? Object.entries(value) : [];
  const [kind, text] = kinds[0] ?? [];
  const sound =
    kinds.length === 1 && typeof text === 'string' && text !== '' && /^(file|env|value)$/.test(kind ?? '');
  if (!sound) {
    // What was written may be the secret itself: it is not shown.
    const unquoted = typeof text === 'number' || typeof text === 'boolean';
    const reason = unquoted ? `has a ${typeof text} for its ${kind}` : 'is not a reference to a secret';
    reader.fault(path, reason, acceptedBy(schema) + (unquoted ? ", with the text in quotes: '…'" : ''));
    return undefined;
  }
  return reader.secret({ [kind ?? '']: text }, schema, path);
}

/** What stands where a group should be is not shown: it may be a secret. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function groupOf(
  schema: SettingSchema,
  value: unknown,
  path: string,
  reader: SettingsReader,
): Readonly<Record<string, unknown>> {
  if (isGroup(value)) return value;
  reader.fault(path, 'is not a group of settings', acceptedBy(schema));
  return {};
}

function reasonOf({ prose, sensitive = false }: SettingSchema, value: unknown): string {
  if (sensitive && typeof value === 'string' && value !== '') return `is ${describeRequestTemplate(value)}`;
  const hidden = typeof value === 'string' ? (prose ? hiddenInText : hiddenInId)(value) : undefined;
  return hidden === undefined ? `is ${describeValue(value)}` : `has ${hidden}`;
}

/** YAML reads `+12025550100` and `20255` as numbers and `true` as none: whoever meant a text has to say so. */
function acceptedAsText(schema: SettingSchema, value: unknown): string {
  const accepted = acceptedBy(schema);
  const unquoted = typeof value === 'number' || typeof value === 'boolean';
  return unquoted && schema.type === 'string' && !accepted.includes('in quotes')
    ? `${accepted}, in quotes: '…'`
    : accepted;
}

/** Of a request template only the words in braces are shown: a credential may have been written into it. */
function describeRequestTemplate(template: string): string {
  const words = template.match(/\{[A-Za-z.]{1,40}\}/g) ?? [];
  return words.length === 0 ? 'a text of another form' : `a text with ${words.join(', ')} in it`;
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isGroup(value)) return 'a group of settings';
  if (value === '') return 'empty';
  const shown = JSON.stringify(typeof value === 'string' ? maskText(value) : value) ?? String(value);
  const short = shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
  return typeof value === 'string' ? `the text ${short}` : short;
}
