import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JSON_DEPTH_MAX, type JsonValue } from '../../src/ports/text/json.ts';
import { WireError } from '../../src/protocol/error-response.ts';
import { parseStrictJson } from '../../src/protocol/strict-json.ts';
import { bytesOf } from './examples.ts';

function parse(text: string) {
  return parseStrictJson(bytesOf(text));
}

test('[JSON-2] what JSON.stringify writes is read back', () => {
  const value = fc.jsonValue({ maxDepth: 8, stringUnit: 'binary' });
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, '\t', '\r\n'), (written, space) => {
      const read = parse(JSON.stringify(written, undefined, space));
      assert.equal(JSON.stringify(read), JSON.stringify(written));
    }),
    { numRuns: 300 },
  );
});

/** A text and what it has to be read as; no value where it has to be refused. */
interface Sample {
  readonly text: string;
  readonly read?: { readonly value: JsonValue; readonly levels: number };
}

function scalar(text: string, ...values: JsonValue[]): Sample {
  const [value] = values;
  return value === undefined ? { text } : { text, read: { value, levels: 0 } };
}

const SCALARS = [
  scalar('null', null),
  scalar('0', 0),
  scalar('-1.5e3', -1500),
  scalar('1e308', 1e308),
  scalar('"a"', 'a'),
  scalar('"\\u0061\\ud83d\\ude00"', 'a\u{1f600}'),
  scalar('"\\\\\\""', '\\"'),
  ...['1e309', '-1e999', '01', 'x', '"\\ud83d"', '"\\x"', '1 1'].map((text) => scalar(text)),
];

const NAMES = [
  ...['"a"', '"\\u0061"', ' "a" '].map((text) => ({ text, name: 'a' })),
  { text: '"b"', name: 'b' },
  { text: '"__proto__"', name: '__proto__' },
  ...['"\\\\"', '"\\u005c"'].map((text) => ({ text, name: '\\' })),
  { text: '"\\n"', name: '\n' },
  ...['"\\ud83d"', 'a', "'a'", ''].map((text) => ({ text, name: undefined })),
];

function arrayOf(elements: readonly Sample[]): Sample {
  const text = `[${elements.map((element) => element.text).join(' , ')}]`;
  const read = elements.flatMap((element) => element.read ?? []);
  if (read.length < elements.length) return { text };
  return {
    text,
    read: {
      value: read.map(({ value }) => value),
      levels: 1 + Math.max(0, ...read.map(({ levels }) => levels)),
    },
  };
}

function objectOf(members: readonly (readonly [(typeof NAMES)[number], Sample])[]): Sample {
  const text = `{${members.map(([name, member]) => `${name.text}:${member.text}`).join(',')}}`;
  const names = new Set(members.flatMap(([{ name }]) => name ?? []));
  const read = members.flatMap(([, member]) => member.read ?? []);
  if (names.size < members.length || read.length < members.length) return { text };
  return {
    text,
    read: {
      value: Object.fromEntries(
        members.flatMap(([{ name }, member]) => [[name ?? '', member.read?.value ?? null]]),
      ),
      levels: 1 + Math.max(0, ...read.map(({ levels }) => levels)),
    },
  };
}

/** Texts that are strict or nearly so, with equal names, halves of pairs and too much depth among them. */
const samples = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 3, arbitrary: fc.constantFrom(...SCALARS) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 26, max: 34 }).map((levels) => {
        let sample = arrayOf([]);
        for (let level = 1; level < levels; level++) sample = arrayOf([sample]);
        return sample;
      }),
    },
    { weight: 4, arbitrary: fc.array(tie('sample'), { maxLength: 2 }).map(arrayOf) },
    {
      weight: 6,
      arbitrary: fc.array(fc.tuple(fc.constantFrom(...NAMES), tie('sample')), { maxLength: 3 }).map(objectOf),
    },
  ),
})).sample;

test('[JSON-2] texts that are nearly strict are told from those that are', () => {
  const verdicts = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(samples, ({ text, read }) => {
      if (read !== undefined && read.levels <= JSON_DEPTH_MAX) {
        verdicts.accepted++;
        assert.deepEqual(parse(text), read.value);
      } else {
        verdicts.refused++;
        assert.throws(() => parse(text), { code: 'INVALID_DECRYPTED_REQUEST' });
      }
    }),
    { numRuns: 3_000 },
  );
  assert.ok(Math.min(verdicts.accepted, verdicts.refused) > 300, 'both kinds must be common');
});

/** JSON.parse's own verdict. What it builds is of no use here, where names may hold escapes. */
function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

test('[JSON-2] damaged bytes are refused with WireError, unless they are still JSON', () => {
  const damages = fc.array(
    fc.record({
      at: fc.nat(),
      removed: fc.nat({ max: 3 }),
      added: fc.oneof(
        fc.uint8Array({ maxLength: 3 }),
        fc.constantFrom(...'{}[]:,"\\ 0e-/').map((character) => bytesOf(character)),
      ),
    }),
    { maxLength: 3 },
  );
  const text = '{"a":{"major":1,"b\\n":[-0.5e+3,"\u00e9\\u00e9"]},"c":"+918067218010","d":{"e":{}},"f":null}';
  /** What JSON.parse lets pass. */
  const NAMED = /member name twice|lone surrogate|number too large|levels deep/;
  fc.assert(
    fc.property(fc.oneof(samples, fc.constant({ text })), damages, (sample, damage) => {
      const bytes = [...bytesOf(sample.text)];
      for (const { at, removed, added } of damage) bytes.splice(at % (bytes.length + 1), removed, ...added);
      const damaged = Uint8Array.from(bytes);
      try {
        parseStrictJson(damaged);
        assert.ok(isJson(damaged));
      } catch (error) {
        assert.ok(error instanceof WireError);
        assert.match(error.description, /^the decrypted request (is not UTF-8|[a-z0-9 ]+ at position \d+)$/);
        assert.ok(NAMED.test(error.description) || !isJson(damaged));
      }
    }),
    { numRuns: 3_000 },
  );
});
