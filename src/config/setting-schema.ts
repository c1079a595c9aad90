/** One node of the settings table: JSON Schema as far as the table uses it, and the table's own words. */
export interface SettingSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly sandboxDefault?: unknown;
  readonly unit?: string;
  readonly accepts?: string;
  readonly keyAccepts?: string;
  readonly filePath?: boolean;
  /** A text for people, which may have the joiners of its script. [OQ-85] */
  readonly prose?: boolean;
  readonly secret?: boolean;
  readonly public?: boolean;
  /** What the PEM of a binary file is labelled, where one is accepted. */
  readonly derLabel?: string;
  /** Size of the file at most; `undefined`: that of a secret. */
  readonly fileBytesMax?: number;
  readonly sensitive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  /** Names that members had before, or that are settings no more, and what to do about each. */
  readonly formerly?: Readonly<Record<string, string>>;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, SettingSchema>>;
  readonly patternProperties?: Readonly<Record<string, SettingSchema>>;
  readonly items?: SettingSchema;
  readonly anyOf?: readonly SettingSchema[];
}

export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** What would be accepted, in words. */
export function acceptedBy(schema: SettingSchema): string {
  if (schema.secret) {
    return `a reference: {file: …}, {env: …} or${schema.public ? '' : ', in the sandbox profile,'} {value: …}`;
  }
  if (schema.accepts) return schema.accepts;
  if (schema.enum) return schema.enum.join(', ').replace(/, (?=[^,]*$)/, ' or ');
  if (schema.anyOf) return `an object whose kind is ${kindsOf(schema).join(' or ')}`;
  if (schema.type === 'integer' || schema.type === 'number') {
    const kind = schema.type === 'integer' ? 'an integer' : 'a number';
    return `${kind} from ${schema.minimum} to ${schema.maximum}${schema.unit ? ` (${schema.unit})` : ''}`;
  }
  if (schema.type === 'boolean') return 'true or false';
  if (schema.type === 'array') return acceptedList(schema);
  if (schema.type === 'object') return 'an object';
  return schema.filePath ? 'a path' : 'a text that is not empty';
}

function acceptedList({ minItems, maxItems, uniqueItems, items = {} }: SettingSchema): string {
  const bounds = [minItems ? `at least ${minItems}` : '', maxItems ? `at most ${maxItems}` : ''];
  const size = bounds.filter(Boolean).join(' and ');
  const each = uniqueItems ? ', each one different' : '';
  return `a list${size && ` of ${size}`}${each}: ${items.type === 'object' && !items.secret ? groupsOf(items) : acceptedBy(items)}`;
}

function groupsOf({ properties = {} }: SettingSchema): string {
  return `groups of ${Object.keys(properties).join(', ')}`;
}

export function kindsOf(schema: SettingSchema): readonly string[] {
  return (schema.anyOf ?? []).flatMap((variant) => variant.properties?.['kind']?.const ?? []);
}
