import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../src/ports/text/json.ts';
import { mediaTypeOf } from '../../src/protocol/content-type.ts';
import { decodeEcho } from '../../src/protocol/echo.ts';
import { WireError } from '../../src/protocol/error-response.ts';
import { fingerprint } from '../../src/protocol/fingerprint.ts';
import { readRequestHeader } from '../../src/protocol/headers.ts';
import { decodeSendOtp } from '../../src/protocol/send-otp.ts';
import { parseRequest, parseStrictJson } from '../../src/protocol/strict-json.ts';
import { decodeVerifyOtp } from '../../src/protocol/verify-otp.ts';
import { EXAMPLE_REQUESTS } from '../protocol/examples.ts';
import type { FuzzTarget } from './fuzz.ts';

const requests = Object.values(EXAMPLE_REQUESTS).map((request) => Buffer.from(JSON.stringify(request)));
const JSON_WORDS = [
  ',',
  ':',
  '"a":1,',
  '[',
  '{',
  '}',
  '\\u',
  '\\ud83d',
  '1e999',
  '-0',
  'null',
  '"__proto__":{},',
  '﻿',
  ' ',
];

/** Everything that reads a body once it is decrypted, and the HTTP header that chooses how to. */
export const protocolTargets: readonly FuzzTarget[] = [
  jsonTarget(parseStrictJson),
  {
    name: 'request headers',
    read: readHeaderByTheRules,
    corpus: [8, 12, 30, 80].map((length) => Buffer.alloc(length)),
  },
  {
    name: 'method bodies',
    read: readBodies,
    corpus: requests,
    words: ['null', '{}', '""', '"otp":', ...JSON_WORDS],
  },
  {
    name: 'content types',
    read: readContentType,
    corpus: ['application/json', 'application/octet-stream; charset=utf-8', 'Application/JOSE ;a="b"'].map(
      (text) => Buffer.from(text),
    ),
    words: [';', ',', '/', ' ', 'charset='],
  },
];

/** What is well-formed JSON, and yet refused. */
const STRICTER = /member name twice|levels deep|lone surrogate|number too large|is not UTF-8/;

/** Whatever parses JSON, beside `JSON.parse`, from which we may differ only in what we refuse for a reason of our own. */
export function jsonTarget(parse: typeof parseStrictJson): FuzzTarget {
  return {
    name: 'strict JSON',
    read: (input) => parseBeside(parse, input),
    corpus: [...requests, Buffer.from('[1.5e3,true,"\\ud83d\\ude00",{"a":{"a":[]}}]')],
    words: JSON_WORDS,
  };
}

function parseBeside(parse: typeof parseStrictJson, input: Buffer): JsonValue | undefined {
  const ours = orRefusal(() => parse(input));
  const theirs = parseLoosely(input);
  if (ours instanceof WireError) {
    assert.equal(ours.code, 'INVALID_DECRYPTED_REQUEST');
    assert.ok(theirs === undefined || STRICTER.test(ours.description), `refused alone: ${ours.description}`);
    return undefined;
  }
  assert.ok(theirs !== undefined, 'taken alone');
  const read = JSON.stringify(ours);
  // Only if it must: V8 mistakes escaped names at times, see docs/decisions/strict-json.md.
  if (read !== JSON.stringify(theirs)) assert.equal(read, parseWithoutEscapes(input), 'two readers differ');
  return ours ?? 'null';
}

const MARK = '\u{e000}';
const ESCAPE = 'u[0-9A-Fa-f]{4}|.';

/** What `JSON.parse` reads where no backslash is left, and they are put in afterwards. */
function parseWithoutEscapes(input: Buffer): string {
  const marked = input
    .toString('utf8')
    .replace(/"(?:[^"\\]|\\.)*"/g, (text) => text.replace(new RegExp(`\\\\(${ESCAPE})`, 'g'), `${MARK}$1`));
  return JSON.stringify(JSON.parse(marked)).replace(new RegExp(`(?:${MARK}(?:${ESCAPE}))+`, 'g'), (run) =>
    JSON.stringify(JSON.parse(`"${run.replaceAll(MARK, '\\')}"`)).slice(1, -1),
  );
}

function parseLoosely(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString('utf8'));
  } catch {
    return undefined;
  }
}

const long = 'a'.repeat(100);
const VALUES = {
  requestId: {
    good: ['a', '0123434-otp-abc', 'A:_-9', long],
    bad: ['', ' ', 'a b', 'ä', 'a\n', `${long}a`, 'a/b', 7, true, {}, []],
  },
  requestTimestamp: {
    good: ['0', '1502545413026', '9223372036854775807'],
    bad: [
      '',
      '00',
      '01',
      '-1',
      '+1',
      '1.0',
      '1e3',
      ' 1',
      '1\n',
      '9'.repeat(19),
      '9'.repeat(20),
      '١',
      1502545413026,
      {},
      [],
    ],
  },
  major: { good: [1], bad: ['1', 1.5, -1, true, {}, [], 2 ** 53] },
  minor: { good: [0, 1, 7, 2 ** 53 - 1, null, undefined], bad: ['0', 0.5, -1, false, {}, []] },
  revision: { good: [0, 3, null, undefined], bad: ['', -7, 1e300, []] },
} as const satisfies Record<string, { readonly good: readonly unknown[]; readonly bad: readonly unknown[] }>;

/** What the header rules say of one drawn header. */
interface DrawnHeader {
  readonly body: JsonObject;
  /** The codes of all that is wrong with it. */
  readonly codes: ReadonlySet<string>;
}

/** Every byte of an input chooses a value; 0 chooses a good one. */
function drawHeader(input: Buffer): DrawnHeader {
  const codes = new Set<string>();
  let at = 0;
  const next = () => input[at++] ?? 0;
  const member = (name: keyof typeof VALUES, required: boolean): JsonValue | undefined => {
    const { good, bad } = VALUES[name] as { good: readonly JsonValue[]; bad: readonly JsonValue[] };
    const choice = next();
    if (choice < 0xc0) return good[choice % good.length];
    if (choice < 0xe8) codes.add('INVALID_FIELD_VALUE');
    else if (required) codes.add('MISSING_REQUIRED_FIELD');
    return choice < 0xe8 ? bad[choice % bad.length] : choice % 2 === 0 ? null : undefined;
  };
  const around = (members: JsonObject): JsonValue | undefined => {
    const choice = next();
    if (choice < 0xe0) return choice % 2 === 0 ? members : { userLocale: 'x', ...members, minor2: [choice] };
    codes.add(choice % 3 === 0 ? 'MISSING_REQUIRED_FIELD' : 'INVALID_FIELD_VALUE');
    return choice % 3 === 0 ? null : choice % 3 === 1 ? [members] : 'text';
  };
  const majorOther = next() > 0xf0;
  if (majorOther) codes.add('INVALID_API_VERSION');
  const major = majorOther ? next() + 2 : member('major', true);
  const version = { major, minor: member('minor', false), revision: member('revision', false) } as JsonObject;
  const protocolVersion = around(version);
  const requestId = member('requestId', true);
  const requestTimestamp = member('requestTimestamp', true);
  const requestHeader = around({ protocolVersion, requestId, requestTimestamp } as JsonObject);
  return { body: { requestHeader } as JsonObject, codes };
}

/** Beside the rules: a header is taken if nothing is wrong with it, and is refused for one of the things that are. */
function readHeaderByTheRules(input: Buffer): unknown {
  const { body, codes } = drawHeader(input);
  const read = orRefusal(() => readRequestHeader(body));
  const verdict = read instanceof WireError ? read.code : undefined;
  assert.ok(
    verdict === undefined ? codes.size === 0 : codes.has(verdict),
    `${verdict}, not of ${[...codes]}`,
  );
  return verdict === undefined ? read : undefined;
}

const KEY = createSecretKey(Buffer.alloc(32, 7));

/** A request as all three methods would take it. Refusals name fields and say nothing of their values. */
function readBodies(input: Buffer): unknown {
  const body = orRefusal(() => parseRequest(input));
  if (body instanceof WireError) return undefined;
  fingerprint(body, KEY);
  const readers = [readRequestHeader, decodeSendOtp, decodeVerifyOtp, decodeEcho];
  const read = readers.map((reader) => orRefusal(() => reader(body)));
  for (const one of read) {
    if (one instanceof WireError)
      assert.match(one.code, /^(MISSING_REQUIRED_FIELD|INVALID_FIELD_VALUE|INVALID_API_VERSION)$/);
  }
  return read.every((one) => one instanceof WireError) ? undefined : read;
}

function readContentType(input: Buffer): string | undefined {
  const mediaType = mediaTypeOf(input.toString('latin1'));
  assert.ok(mediaType === undefined || /^[^\s;,/]+\/[^\s;,/]+$/.test(mediaType), 'no media type was taken');
  return mediaType;
}

function orRefusal<T>(read: () => T): T | WireError {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}
