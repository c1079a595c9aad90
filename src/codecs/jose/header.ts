/** The members of a JOSE header; each has its name once. */
export type JoseHeader = ReadonlyMap<string, unknown>;

/** Of its base64url. Ours have about a hundred. */
const CHARACTERS_MAX = 2048;

const SPACE = '[ \\t\\r\\n]*';
const STRING = '"(?:[ !#-\\[\\]-~]|\\\\(?:["\\\\/bfnrt]|u[0-9A-Fa-f]{4}))*"';
const NUMBER = '-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[Ee][+-]?[0-9]+)?';
const NAME = '"([A-Za-z0-9_#.:/-]+)"';
const MEMBER = new RegExp(
  `${SPACE}${NAME}${SPACE}:${SPACE}(${STRING}|${NUMBER}|true|false|null)${SPACE}([,}])`,
  'y',
);
const START = new RegExp(`^${SPACE}\\{`);
const END = new RegExp(`^${SPACE}$`);

/**
 * Members that would change what the others mean or bring a key along. None of them is understood, which has the
 * message refused, as RFC 7515 section 4.1.11 wants it of `crit`.
 */
const REFUSED = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c'] as const;

/**
 * Reads a header from its base64url: one object, in ASCII, whose names are plain, unescaped and unique and whose
 * values are no objects or arrays. [JSON-2] Whatever passes means the same to every parser of JSON, also to one that
 * stands before us. `undefined`: something else, or a member that is never accepted.
 */
export function readJoseHeader(part: string): JoseHeader | undefined {
  if (part.length > CHARACTERS_MAX) return undefined;
  const text = Buffer.from(part, 'base64url').toString('latin1');
  const header = new Map<string, unknown>();
  MEMBER.lastIndex = START.exec(text)?.[0].length ?? text.length;
  for (;;) {
    const [, name, value, next] = MEMBER.exec(text) ?? [];
    if (name === undefined || value === undefined || header.has(name)) return undefined;
    header.set(name, JSON.parse(value));
    if (next === '}') break;
  }
  const whole = END.test(text.slice(MEMBER.lastIndex));
  return whole && !REFUSED.some((name) => header.has(name)) ? header : undefined;
}
