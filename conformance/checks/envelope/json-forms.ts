import type { CodecName } from '../../google/codecs/codec.ts';

/** A way to write a request. Gets the right JSON text of one, whose last character is its closing brace. */
export interface JsonForm {
  readonly name: string;
  /** What it is, to follow "Refuses " or "Reads ". */
  readonly what: string;
  readonly write: (json: string) => string | Uint8Array;
  /** Only with these codecs. `undefined`: with every one. */
  readonly codecs?: readonly CodecName[];
}

/** The text with one more member, which a right endpoint ignores if the JSON is right. [JSON-3] */
const plus = (member: string) => (json: string) => `${json.slice(0, -1)},${member}}`;

const bytes = (before: string, odd: readonly number[], after: string) =>
  Buffer.concat([Buffer.from(before), Buffer.from(odd), Buffer.from(after)]);

/** A member whose string holds these bytes. */
const plusBytes =
  (...odd: readonly number[]) =>
  (json: string) =>
    bytes(`${json.slice(0, -1)},"extra":"`, odd, '"}');

/** Bodies that are no JSON as RFC 8259 has it, or not exactly one value. [JSON-2] */
export const malformedForms: readonly JsonForm[] = [
  { name: 'block-comment', what: 'a /* comment */', write: (json) => json.replace('{', '{/* hello */') },
  { name: 'line-comment', what: 'a // comment', write: (json) => json.replace('{', '{// hello\n') },
  { name: 'hash-comment', what: 'a # comment', write: (json) => json.replace('{', '{# hello\n') },
  {
    name: 'trailing-comma',
    what: 'a comma after the last member',
    write: (json) => `${json.slice(0, -1)},}`,
  },
  { name: 'trailing-comma-in-array', what: 'a comma after the last element', write: plus('"extra":[1,]') },
  {
    name: 'leading-comma',
    what: 'a comma before the first member',
    write: (json) => json.replace('{', '{,'),
  },
  { name: 'doubled-comma', what: 'two commas in a row', write: plus(',"extra":1') },
  { name: 'missing-comma', what: 'members without a comma between them', write: plus('"extra":1 "other":2') },
  { name: 'missing-colon', what: 'a name without a colon', write: plus('"extra" 1') },
  { name: 'equals-sign', what: 'an equals sign in place of a colon', write: plus('"extra"=1') },
  { name: 'single-quotes', what: 'a string in single quotes', write: plus(`"extra":'text'`) },
  { name: 'single-quoted-name', what: 'a name in single quotes', write: plus(`'extra':1`) },
  { name: 'unquoted-name', what: 'a name without quotes', write: plus('extra:1') },
  { name: 'unquoted-string', what: 'a string without quotes', write: plus('"extra":text') },
  { name: 'nan', what: 'NaN', write: plus('"extra":NaN') },
  { name: 'infinity', what: 'Infinity', write: plus('"extra":Infinity') },
  { name: 'negative-infinity', what: '-Infinity', write: plus('"extra":-Infinity') },
  { name: 'undefined', what: 'undefined', write: plus('"extra":undefined') },
  { name: 'capital-literal', what: 'True in place of true', write: plus('"extra":True') },
  { name: 'leading-zero', what: 'a number with a leading zero', write: plus('"extra":012') },
  { name: 'plus-sign', what: 'a number with a plus sign', write: plus('"extra":+1') },
  { name: 'bare-fraction', what: 'a number that begins with its point', write: plus('"extra":.5') },
  { name: 'bare-point', what: 'a number that ends with its point', write: plus('"extra":1.') },
  { name: 'bare-exponent', what: 'a number with an empty exponent', write: plus('"extra":1e') },
  { name: 'hexadecimal', what: 'a hexadecimal number', write: plus('"extra":0x10') },
  { name: 'separated-digits', what: 'a number with separated digits', write: plus('"extra":1_000') },
  { name: 'byte-order-mark', what: 'a leading byte order mark', write: (json) => `\uFEFF${json}` },
  { name: 'raw-newline', what: 'a line break inside a string', write: plus('"extra":"a\nb"') },
  { name: 'raw-tab', what: 'a tab inside a string', write: plus('"extra":"a\tb"') },
  { name: 'raw-nul', what: 'a NUL byte inside a string', write: plus('"extra":"a\u0000b"') },
  { name: 'unknown-escape', what: 'an escape that JSON has not', write: plus('"extra":"\\x41"') },
  { name: 'short-unicode-escape', what: 'a \\u escape of three digits', write: plus('"extra":"\\u041"') },
  {
    name: 'unfinished-string',
    what: 'a string without its end',
    write: (json) => `${json.slice(0, -1)},"extra":"a}`,
  },
  { name: 'second-value', what: 'a second value after the first', write: (json) => `${json}{}` },
  { name: 'trailing-brace', what: 'one closing brace too many', write: (json) => `${json}}` },
  { name: 'trailing-nul', what: 'a NUL byte after the value', write: (json) => `${json}\u0000` },
  { name: 'missing-brace', what: 'a missing closing brace', write: (json) => json.slice(0, -1) },
  { name: 'mismatched-bracket', what: 'an array closed by a brace', write: plus('"extra":[1}') },
  { name: 'duplicate-name', what: 'a member name that comes twice', write: plus('"otp":"000000"') },
  {
    name: 'duplicate-name-in-header',
    what: 'a member name that comes twice inside requestHeader',
    write: (json) => json.replace('"requestId":', '"requestId":"first","requestId":'),
  },
  {
    name: 'duplicate-name-by-escape',
    what: 'a name twice, once with an escape',
    write: plus('"\\u006ftp":"000000"'),
  },
  {
    name: 'duplicate-unknown-name',
    what: 'an unknown name that comes twice',
    write: plus('"extra":1,"extra":1'),
  },
  {
    name: 'vertical-tab',
    what: 'a vertical tab between tokens',
    write: (json) => json.replace('{', '{\u000b'),
  },
  {
    name: 'no-break-space',
    what: 'a no-break space between tokens',
    write: (json) => json.replace('{', '{\u00a0'),
  },
  { name: 'invalid-utf8', what: 'a byte that is no UTF-8', write: plusBytes(0xff) },
  { name: 'overlong-utf8', what: 'an overlong UTF-8 sequence', write: plusBytes(0xc0, 0xaf) },
  { name: 'surrogate-utf8', what: 'a surrogate encoded in UTF-8', write: plusBytes(0xed, 0xa0, 0x80) },
  { name: 'truncated-utf8', what: 'a cut-off UTF-8 sequence', write: plusBytes(0xe2, 0x82) },
  { name: 'utf16', what: 'a body in UTF-16', write: (json) => Buffer.from(json, 'utf16le') },
  // In a JWS an empty payload says that the content is elsewhere.
  { name: 'empty', what: 'an empty body', write: () => '', codecs: ['plain', 'pgp', 'jwe'] },
  { name: 'only-space', what: 'a body of spaces only', write: () => '   ' },
  { name: 'form', what: 'a form in place of JSON', write: () => 'sendOtpRequestId=none&otp=000000' },
];

/** JSON that is right, if unusual. */
export const unusualForms: readonly JsonForm[] = [
  {
    name: 'any-white-space',
    what: 'white space of all four kinds around every token',
    write: (json) =>
      ` \t\r\n${json.replaceAll(/("[^"]*")|([{}:,])/g, (_, text: string | undefined, mark: string) => text ?? ` \t\r\n${mark}\n `)}\r\n `,
  },
  {
    name: 'escaped-names',
    what: 'member names written with escapes',
    write: (json) =>
      json.replace('"otp":', '"\\u006f\\u0074p":').replace('"requestId":', '"\\u0072equestId":'),
  },
  {
    name: 'numbers-of-all-kinds',
    what: 'numbers in every form that JSON has',
    write: plus('"extra":[0,-0,1.5,-2.25e+10,1E-5,123456789012345678901234567890]'),
  },
  {
    name: 'strings-of-all-kinds',
    what: 'strings with every escape that JSON has',
    write: plus('"extra":["\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00","",{"":""}]'),
  },
  {
    name: 'reversed-members',
    what: 'members in another order',
    write: (json) => {
      const members: [string, unknown][] = Object.entries(JSON.parse(json));
      return JSON.stringify(Object.fromEntries(members.reverse()));
    },
  },
  {
    name: 'nested-members',
    what: 'twenty levels of nesting',
    write: plus(`"extra":${'['.repeat(18)}${']'.repeat(18)}`),
  },
];
