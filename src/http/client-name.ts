/** Whom a setting lets in: one certificate by its SHA-256 fingerprint, or every one with a subject. */
export type ClientName =
  | { readonly kind: 'fingerprint'; readonly hexadecimal: string }
  | { readonly kind: 'subject'; readonly names: Names };

/** Of each relative name its attributes, as `type=value` in base64, in the order of the certificate. */
type Names = readonly string[];

/** What `openssl x509` puts before what it prints. */
const LABEL = /^\s*(?:subject|sha256 fingerprint)\s*=\s*(?=[^\s=][^=]*=|[0-9a-f:]+\s*$)/i;
const TYPE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)$/;

/** As OpenSSL names what subjects are made of, and so Node; what it has no name for, it names by its number. */
export const SUBJECT_TYPES = [
  ...['C', 'ST', 'L', 'O', 'OU', 'CN', 'DC', 'UID', 'serialNumber', 'emailAddress', 'street', 'postalCode'],
  ...[
    'title',
    'description',
    'name',
    'GN',
    'SN',
    'initials',
    'generationQualifier',
    'dnQualifier',
    'pseudonym',
  ],
  ...['businessCategory', 'organizationIdentifier', 'jurisdictionC', 'jurisdictionST', 'jurisdictionL'],
  ...['role', 'x500UniqueIdentifier', 'unstructuredName', 'unstructuredAddress', 'telephoneNumber'],
];

const KNOWN = new Set(SUBJECT_TYPES.map((type) => type.toUpperCase()));

/**
 * Reads a fingerprint, or a subject as `openssl x509` prints it: with or without white space, with values in quotes or
 * with escapes, from the country down or, as RFC 2253 and RFC 4514 write it, from the common name up. `undefined`: it is
 * neither, and would let nobody in.
 */
export function readClientName(written: string): ClientName | undefined {
  const bare = written.replace(LABEL, '');
  if (!bare.includes('='))
    return { kind: 'fingerprint', hexadecimal: bare.replaceAll(/[:\s]/g, '').toUpperCase() };
  const names = readNames(bare, ',', (type) => KNOWN.has(type) || /^\d/.test(type));
  return names && { kind: 'subject', names };
}

/** The subject of a certificate as Node writes it, one relative name a line. */
export function readSubject(subject: string): Names {
  return readNames(subject, '\n', () => true) ?? [];
}

/** An order says nothing about who it is, and each is in use; whoever is let in bears every one of the names. */
export function isSameSubject(one: Names, other: Names): boolean {
  const text = one.join('\n');
  return text === other.join('\n') || text === other.toReversed().join('\n');
}

/** `isKnown` is given a type in capitals. `undefined`: a part is no attribute of a known type, or its value is a dump whose letters can't be known. */
function readNames(
  text: string,
  separator: ',' | '\n',
  isKnown: (type: string) => boolean,
): Names | undefined {
  const names = split(text, separator).map((name) => {
    const attributes = split(name, '+').map((attribute) => readAttribute(attribute, isKnown));
    return attributes.includes(undefined) ? undefined : attributes.sort().join('+');
  });
  return names.includes(undefined) ? undefined : (names as Names);
}

/** At each separator that is neither escaped nor within quotes. Quotes that don't end leave nothing to read. */
function split(text: string, separator: string): readonly string[] {
  const parts = [''];
  let quoted = false;
  for (const [token] of text.matchAll(/\\[\s\S]|[\s\S]/g)) {
    if (token === '"') quoted = !quoted;
    if (token === separator && !quoted) parts.push('');
    else parts.push(`${parts.pop()}${token}`);
  }
  return quoted ? [''] : parts;
}

function readAttribute(written: string, isKnown: (type: string) => boolean): string | undefined {
  const at = written.indexOf('=');
  const type = written.slice(0, Math.max(at, 0)).trim().toUpperCase();
  // White space that is part of the value is escaped, also at its end.
  const value = written
    .slice(at + 1)
    .trimStart()
    .replace(/((?:\\[\s\S]|[^\\])*?)\s*$/, '$1');
  if (!TYPE.test(type) || !isKnown(type) || value.startsWith('#')) return undefined;
  const plain = /^"[\s\S]*"$/.test(value) ? value.slice(1, -1) : value;
  const bytes = [...plain.matchAll(/\\([0-9A-Fa-f]{2})|\\?([\s\S])/gu)].map(
    ([, hexadecimal, character = '']) =>
      hexadecimal === undefined ? Buffer.from(character) : Buffer.from(hexadecimal, 'hex'),
  );
  return `${type}=${Buffer.concat(bytes).toString('base64')}`;
}
