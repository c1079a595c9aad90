import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeJson, JSON_DEPTH_MAX, JSON_VALUES_MAX, type JsonValue } from '../../src/ports/text/json.ts';
import { parseRequest, parseStrictJson } from '../../src/protocol/strict-json.ts';
import { computedMs } from '../support/computed-ms.ts';
import { bytesOf } from './examples.ts';

function parse(text: string) {
  return parseStrictJson(bytesOf(text));
}

function assertRefused(bytes: Uint8Array, fault: RegExp) {
  assert.throws(() => parseStrictJson(bytes), {
    name: 'WireError',
    code: 'INVALID_DECRYPTED_REQUEST',
    description: fault,
  });
}

const NOT_STRICT: readonly (readonly [kind: string, text: string, fault: RegExp])[] = [
  ['nothing', '', /lacks a value at position 0$/],
  ['white space alone', ' \n', /lacks a value at position 2$/],
  ['a line comment', '{"a":1} // b', /goes on after its end at position 8$/],
  ['a block comment', '{/* a */"a":1}', /lacks a member name in double quotes at position 1$/],
  ['a comma before a brace', '{"a":1,}', /lacks a member name in double quotes at position 7$/],
  ['a comma before a bracket', '[1,]', /lacks a value at position 3$/],
  ['a comma alone', '[,]', /lacks a value at position 1$/],
  ['single quotes', "{'a':1}", /lacks a member name in double quotes at position 1$/],
  ['a name without quotes', '{a:1}', /lacks a member name in double quotes at position 1$/],
  ['a number for a name', '{1:1}', /lacks a member name in double quotes at position 1$/],
  ['a name without a colon', '{"a" 1}', /lacks a colon at position 5$/],
  ['a name without a value', '{"a":}', /lacks a value at position 5$/],
  ['members without a comma', '{"a":1 "b":2}', /lacks a comma or a closing brace at position 7$/],
  ['elements without a comma', '[1 2]', /lacks a comma or a closing bracket at position 3$/],
  ['an object closed by a bracket', '{"a":1]', /lacks a comma or a closing brace at position 6$/],
  ['an array closed by a brace', '[1}', /lacks a comma or a closing bracket at position 2$/],
  ['an unclosed object', '{"a":1', /lacks a comma or a closing brace at position 6$/],
  ['an unclosed array', '[', /lacks a value at position 1$/],
  ['NaN', '[NaN]', /lacks a value at position 1$/],
  ['Infinity', '[Infinity]', /lacks a value at position 1$/],
  ['negative Infinity', '[-Infinity]', /lacks a value at position 1$/],
  ['a leading zero', '[01]', /lacks a comma or a closing bracket at position 2$/],
  ['a leading plus', '[+1]', /lacks a value at position 1$/],
  ['a hexadecimal number', '[0x1F]', /lacks a comma or a closing bracket at position 2$/],
  ['a number that ends in a point', '[1.]', /lacks a comma or a closing bracket at position 2$/],
  ['a number that begins with a point', '[.5]', /lacks a value at position 1$/],
  ['an exponent without digits', '[1e+]', /lacks a comma or a closing bracket at position 2$/],
  ['True', '[True]', /lacks a value at position 1$/],
  ['nulls', '[nulls]', /lacks a comma or a closing bracket at position 5$/],
  ['a leading byte order mark', '\ufeff{"a":1}', /lacks a value at position 0$/],
  ['a no-break space between tokens', '{"a":\u00a01}', /lacks a value at position 5$/],
  ['a line separator between tokens', '{"a":\u20281}', /lacks a value at position 5$/],
  ['a form feed between tokens', '{"a":\f1}', /lacks a value at position 5$/],
  ['a byte after the value', '{"a":1}x', /goes on after its end at position 7$/],
  ['a zero byte after the value', '{"a":1}\u0000', /goes on after its end at position 7$/],
  ['a second value', '{"a":1}{"a":1}', /goes on after its end at position 7$/],
  [
    'a raw line break in a string',
    '{"a":"b\nc"}',
    /raw control character or an unknown escape at position 5$/,
  ],
  ['a raw tab in a name', '{"a\t":"b"}', /raw control character or an unknown escape at position 1$/],
  ['a raw U+0000 in a string', '["b\u0000c"]', /raw control character or an unknown escape at position 1$/],
  ['a raw U+001F in a string', '["\u001f"]', /raw control character or an unknown escape at position 1$/],
  ['an unknown escape', '["\\x41"]', /raw control character or an unknown escape at position 1$/],
  ['an escape of three digits', '["\\u004"]', /raw control character or an unknown escape at position 1$/],
  ['a string without an end', '{"a":"b', /has a string without an end at position 5$/],
  ['a string that ends in an escaped quote', '["\\"', /has a string without an end at position 1$/],
  ['a name twice', '{"a":1,"b":2,"a":1}', /has a member name twice at position 13$/],
  ['a name twice, once escaped', '{"a":1,"\\u0061":2}', /has a member name twice at position 7$/],
  ['a name twice, both escaped', '{"\\u0061b":1,"a\\u0062":2}', /has a member name twice at position 13$/],
  ['a name twice with space around', '{"a" :1, \n"a"\n:2}', /has a member name twice at position 10$/],
  [
    'a name twice behind nested objects',
    '{"a":{"a":[{"a":1}]},"a":2}',
    /has a member name twice at position 21$/,
  ],
  ['a name twice in an inner object', '{"a":[{"b":1,"b":1}]}', /has a member name twice at position 13$/],
  ['the empty name twice', '{"":1,"":1}', /has a member name twice at position 6$/],
  ['__proto__ twice', '{"__proto__":1,"__proto__":1}', /has a member name twice at position 15$/],
  ['a quote as a name twice', '{"\\"":1,"\\u0022":1}', /has a member name twice at position 8$/],
  ['half of a surrogate pair', '["\\ud83d"]', /has a string with a lone surrogate at position 1$/],
  [
    'half of a surrogate pair in a name',
    '{"\\ud83d":1}',
    /has a string with a lone surrogate at position 1$/,
  ],
  [
    'a surrogate pair the wrong way round',
    '["\\ude00\\ud83d"]',
    /has a string with a lone surrogate at position 1$/,
  ],
  ['a number beyond the range', '{"a":1e400}', /has a number too large at position 5$/],
  ['a negative number beyond the range', '{"a":-1e400}', /has a number too large at position 5$/],
  ['309 digits', `[${'9'.repeat(309)}]`, /has a number too large at position 1$/],
];

for (const [kind, text, fault] of NOT_STRICT) {
  test(`[JSON-1, JSON-2] ${kind} is refused`, () => assertRefused(bytesOf(text), fault));
}

const NOT_UTF8: readonly (readonly [kind: string, hex: string])[] = [
  ['a byte that begins nothing', '5b22ff225d'],
  ['Latin-1', '5b22e9225d'],
  ['a lone continuation byte', '5b2281225d'],
  ['a truncated sequence', '5b22e282225d'],
  ['an overlong slash', '5b22c0af225d'],
  ['an overlong quote', '5bc0a2615d'],
  ['an encoded surrogate', '5b22eda080225d'],
  ['a pair of encoded surrogates', '5b22eda0bdedb880225d'],
  ['beyond U+10FFFF', '5b22f4908080225d'],
  ['UTF-16 with its mark', 'fffe5b002200610022005d00'],
];

for (const [kind, hex] of NOT_UTF8) {
  test(`[JSON-2] not UTF-8: ${kind} is refused`, () => {
    assertRefused(Buffer.from(hex, 'hex'), /is not UTF-8$/);
  });
}

const STRICT: readonly (readonly [kind: string, text: string, value: JsonValue])[] = [
  ['all white space there is', ' \t\r\n{ "a"\t:\r[\n] } ', { a: [] }],
  ['every escape', '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u00E9"]', ['"\\/\b\f\n\r\téé']],
  ['a quote behind two backslashes', '["\\\\","\\\\\\"",{"\\\\":1}]', ['\\', '\\"', { '\\': 1 }]],
  ['structure within strings', '["{[\\"a\\":1,", "}}]]", "1e400"]', ['{["a":1,', '}}]]', '1e400']],
  ['the same name in different objects', '{"a":{"a":1},"b":[{"a":2}]}', { a: { a: 1 }, b: [{ a: 2 }] }],
  ['names that differ in case', '{"a":1,"A":2}', { a: 1, A: 2 }],
  ['names that differ in composition', '{"\u00e9":1,"e\u0301":2}', { '\u00e9': 1, 'e\u0301': 2 }],
  ['the same string as a name and as a value', '{"a":"a","b":["a"]}', { a: 'a', b: ['a'] }],
  ['a surrogate pair, raw and escaped', '["\u{1f600}","\\ud83d\\ude00"]', ['\u{1f600}', '\u{1f600}']],
  ['U+2028, U+FEFF and U+007F in a string', '["\u2028\ufeff\u007f"]', ['\u2028\ufeff\u007f']],
  ['an escaped U+0000', '{"\\u0000":"\\u0000"}', { '\u0000': '\u0000' }],
  ['every form of a number', '[0,-0,-1.5e+3,1E2,0.5e-1]', [0, -0, -1500, 100, 0.05]],
  ['the largest number', '[1.7976931348623157e308]', [Number.MAX_VALUE]],
  ['a number too small for a double', '[1e-400]', [0]],
  [
    'names that Object.prototype has',
    '{"constructor":1,"toString":{"valueOf":2}}',
    JSON.parse('{"constructor":1,"toString":{"valueOf":2}}'),
  ],
  ['names that are numbers', '{"1":"a","0":"b"}', { 0: 'b', 1: 'a' }],
  ['a bare string', '"a"', 'a'],
  ['a bare null', 'null', null],
];

for (const [kind, text, value] of STRICT) {
  test(`[JSON-2] ${kind} is strict JSON`, () => assert.deepEqual(parse(text), value));
}

test('[JSON-2] escaped names are told apart, also where JSON.parse mistakes them', () => {
  // From here on, JSON.parse of node 24 and 26 takes any escaped name behind "a" for a backslash.
  JSON.parse('{"a":1,"\\\\":2}');
  parse('{"a":1,"\\\\":2}');
  assert.deepEqual(parse('{"a":1,"\\n":2}'), { a: 1, '\n': 2 });
  assert.deepEqual(parse('{"a":1,"\\u0062":2}'), { a: 1, b: 2 });
});

test('[JSON-2] a member named __proto__ is a member like any other', () => {
  const value = parseRequest(bytesOf('{"__proto__":{"otp":"1"},"a":1}'));
  assert.deepEqual(Object.keys(value), ['__proto__', 'a']);
  assert.equal('otp' in value, false);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal('otp' in {}, false);
  assert.equal(JSON.stringify(parse('{"a":{"\\u005f_proto__":null}}')), '{"a":{"__proto__":null}}');
});

test('[JSON-2] depth is bounded, and found before it costs anything', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  assert.doesNotThrow(() => parse(nested(JSON_DEPTH_MAX)));
  assertRefused(bytesOf(nested(JSON_DEPTH_MAX + 1)), /is more than 32 levels deep at position 32$/);
  assertRefused(bytesOf('{"a":'.repeat(33)), /is more than 32 levels deep at position 160$/);
  assert.doesNotThrow(() => parse(`[${'[{"a":[]}],'.repeat(100)}1]`), 'siblings are not depth');
  // JSON.parse takes seconds for these.
  const startMs = computedMs();
  assertRefused(bytesOf('['.repeat(5_000_000)), /levels deep/);
  assertRefused(bytesOf('{"a":'.repeat(1_000_000)), /levels deep/);
  assert.ok(computedMs() - startMs < 1_000);
});

test('[JSON-2] hostile bodies take time in proportion to their size', () => {
  const startMs = computedMs();
  parse(`["${'\\\\'.repeat(500_000)}"]`);
  parse(`["${'\\"'.repeat(500_000)}"]`);
  parse(`[0.${'1'.repeat(1_000_000)}]`);
  assertRefused(bytesOf('"'.repeat(1_000_001)), /goes on after its end/);
  assertRefused(bytesOf('\\'.repeat(1_000_000)), /lacks a value/);
  assertRefused(bytesOf(`"${'\\'.repeat(1_000_001)}"`), /string without an end/);
  assertRefused(bytesOf(`[${'1'.repeat(1_000_000)}]`), /number too large/);
  assertRefused(bytesOf(' '.repeat(1_000_000)), /lacks a value/);
  assert.ok(computedMs() - startMs < 3_000);
});

/** Shapes of a text with so many members and elements in all. */
const SHAPES: readonly ((count: number) => string)[] = [
  (count) => `{${Array.from({ length: count }, (_, index) => `"a${index}":0`).join(',')}}`,
  // V8 keeps such names in another way, which is slow to fill.
  (count) => `{${Array.from({ length: count }, (_, index) => `"${index * 7}":0`).join(',')}}`,
  (count) => `[${Array.from({ length: count }, () => '0').join(',')}]`,
  (count) => `[${Array.from({ length: count }, () => '{}').join(',')}]`,
  (count) => `[${Array.from({ length: count / 2 }, () => '{"":0}').join(',')}]`,
  (count) => `[${Array.from({ length: count / 2 }, () => '[0]').join(',')}]`,
];

test('[OQ-64] a text has so many members and elements in all and no more, whatever its shape', () => {
  for (const shape of SHAPES) {
    parse(shape(JSON_VALUES_MAX));
    assertRefused(bytesOf(shape(JSON_VALUES_MAX + 2)), /more than 2000 members and elements/);
    assertRefused(bytesOf(shape(100_000)), /more than 2000 members and elements/);
  }
});

test('[ERR-4] a refusal tells nothing of the content', () => {
  for (const text of [
    '7754321x',
    '{"a":7754321x}',
    '{"7754321":1,"7754321":2}',
    '"7754321\\x"',
    '"7754321\\ud83d"',
  ]) {
    assert.throws(
      () => parse(text),
      (error: Error) =>
        !JSON.stringify([error.stack, error]).includes('7754321') && error.cause === undefined,
    );
  }
});

test('[OQ-30] a request is an object', () => {
  assert.deepEqual(parseRequest(bytesOf(' {} ')), {});
  for (const text of ['[]', '[{}]', 'null', '"{}"', '1', 'true']) {
    assert.throws(() => parseRequest(bytesOf(text)), {
      code: 'INVALID_DECRYPTED_REQUEST',
      description: 'the decrypted request is not an object',
    });
  }
});

test('[JSON-2] what is encoded is UTF-8 without a byte order mark', () => {
  assert.deepEqual(Buffer.from(encodeJson({ a: 'é' })), Buffer.from('7b2261223a22c3a9227d', 'hex'));
});
