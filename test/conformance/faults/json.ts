import { answers, bare, cannotParse, type Faults, forgives, mends, refuses } from './fault.ts';

const mended: Readonly<Record<string, (text: string) => string>> = {
  'block-comment': (text) => text.replace(/\/\*.*?\*\//g, ''),
  'line-comment': (text) => text.replace(/\/\/.*\n/, ''),
  'hash-comment': (text) => text.replace(/#.*\n/, ''),
  'trailing-comma': (text) => text.replace(/,\}$/, '}'),
  'trailing-comma-in-array': (text) => text.replace(',]', ']'),
  'leading-comma': (text) => text.replace(/^\{,/, '{'),
  'doubled-comma': (text) => text.replace(',,', ','),
  'missing-comma': (text) => text.replace(/(\d) "/, '$1,"'),
  'missing-colon': (text) => text.replace(/" (\d)/, '":$1'),
  'equals-sign': (text) => text.replace('"=', '":'),
  'single-quotes': (text) => text.replace(/:'(\w+)'/, ':"$1"'),
  'single-quoted-name': (text) => text.replace(/'(\w+)':/, '"$1":'),
  'unquoted-name': (text) => text.replace(/,(\w+):/, ',"$1":'),
  'unquoted-string': (text) => text.replace(':text}', ':"text"}'),
  nan: (text) => text.replace('NaN', 'null'),
  infinity: (text) => text.replace(':Infinity', ':null'),
  'negative-infinity': (text) => text.replace('-Infinity', 'null'),
  undefined: (text) => text.replace('undefined', 'null'),
  'capital-literal': (text) => text.replace('True', 'true'),
  'leading-zero': (text) => text.replace('"extra":0', '"extra":'),
  'plus-sign': (text) => text.replace(':+', ':'),
  'bare-fraction': (text) => text.replace(':.', ':0.'),
  'bare-point': (text) => text.replace(/(\d)\.\}/, '$1}'),
  'bare-exponent': (text) => text.replace('1e}', '1}'),
  hexadecimal: (text) => text.replace('"extra":0x10', '"extra":16'),
  'separated-digits': (text) => text.replace('"extra":1_000', '"extra":1000'),
  'byte-order-mark': (text) => text.replace(/^\xef\xbb\xbf/, ''),
  'raw-newline': (text) => text.replace('a\nb', 'a\\nb'),
  'raw-tab': (text) => text.replace('a\tb', 'a\\tb'),
  'raw-nul': (text) => text.replace('a\0b', 'a\\u0000b'),
  'unknown-escape': (text) => text.replace('\\x41', 'A'),
  'short-unicode-escape': (text) => text.replace('\\u041"', '\\u0041"'),
  'unfinished-string': (text) => text.replace(/"a\}$/, '"a"}'),
  'second-value': (text) => text.replace(/\}\{\}$/, '}'),
  'trailing-brace': (text) => text.replace(/"000000"\}\}$/, '"000000"}'),
  'trailing-nul': (text) => text.replace(/\0$/, ''),
  'missing-brace': (text) => text.replace(/"$/, '"}'),
  'mismatched-bracket': (text) => text.replace('[1}', '[1]'),
  'duplicate-name': (text) => text.replace('"otp":"000000","otp":"000000"', '"otp":"000000"'),
  'duplicate-name-in-header': (text) => text.replace('"requestId":"first",', ''),
  'duplicate-name-by-escape': (text) => text.replace(',"\\u006ftp":"000000"', ''),
  'duplicate-unknown-name': (text) => text.replace(',"extra":1,"extra":1', ''),
  'vertical-tab': (text) => text.replace('\v', ''),
  'no-break-space': (text) => text.replace('\xc2\xa0', ' '),
  'invalid-utf8': (text) => text.replace('\xff', '?'),
  'overlong-utf8': (text) => text.replace('\xc0\xaf', '/'),
  'surrogate-utf8': (text) => text.replace('\xed\xa0\x80', '?'),
  'truncated-utf8': (text) => text.replace('\xe2\x82"', '?"'),
  utf16: (text) => (text.startsWith('{\0') ? text.replaceAll('\0', '') : text),
};

const lenient = Object.entries(mended).map(
  ([name, mend]) => [`envelope/json-refuses-${name}`, mends(mend)] as const,
);

const unreadable = Object.entries({
  'any-white-space': /\t/,
  'escaped-names': /\\u006f\\u0074p/,
  'numbers-of-all-kinds': /1E-5/,
  'strings-of-all-kinds': /\\ud83d/,
  'reversed-members': /^\{"otp"/,
  'nested-members': /\[{12}/,
}).map(([name, what]) => [`envelope/json-reads-${name}`, cannotParse(what)] as const);

/** Shrugs off a body that is nothing like a request. */
const shrugged = Object.entries({
  'refuses-empty': '',
  'refuses-only-space': '   ',
  'refuses-form': 'sendOtpRequestId=none&otp=000000',
  'refuses-top-level-array': '[]',
  'refuses-top-level-string': '"hello"',
  'refuses-top-level-number': '42',
  'refuses-top-level-null': 'null',
  'refuses-top-level-empty-object': '{}',
}).map(
  ([name, text]) => [`envelope/json-${name}`, answers((call) => call.text === text, bare(404))] as const,
);

const newMember = 'newInSomeMinorVersion';

export const jsonFaults: Faults = {
  ...Object.fromEntries(lenient),
  ...Object.fromEntries(unreadable),
  ...Object.fromEntries(shrugged),
  'envelope/ignores-unknown-members': refuses((call) => (call.message[newMember] ?? null) !== null),
  'envelope/ignores-unknown-members-in-header': refuses((call) => 'patch' in call.version),
  'envelope/ignores-unknown-null': refuses((call) => call.message[newMember] === null),
  'envelope/null-is-unset': forgives('judgeBody', (call) => call.message.otp === null),
};
