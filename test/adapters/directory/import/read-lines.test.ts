import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ImportProblem } from '../../../../src/adapters/directory/import/problems.ts';
import {
  LINE_BYTES_MAX,
  type Line,
  type LineOptions,
  readLines,
} from '../../../../src/adapters/directory/import/read-lines.ts';

const NOT_UTF8 =
  'is not valid UTF-8, as text in Latin-1 or another code page of Windows: save the file as UTF-8';

async function readAll(chunks: readonly Uint8Array[], options: LineOptions = {}) {
  const problems: ImportProblem[] = [];
  const lines: Line[] = [];
  async function* source() {
    yield* chunks;
  }
  for await (const batch of readLines(source(), (problem) => problems.push(problem), options))
    lines.push(...batch);
  return { lines, problems };
}

/** Cuts bytes at these places, in whatever order they are given. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

test('lines end with LF or CRLF, the last one with neither, and are numbered from 1', async () => {
  const { lines, problems } = await readAll([Buffer.from('a\r\n\nb\rc\nd')]);
  assert.deepEqual(problems, []);
  assert.deepEqual(lines, [
    { number: 1, text: 'a' },
    { number: 2, text: '' },
    { number: 3, text: 'b\rc' },
    { number: 4, text: 'd' },
  ]);
});

test('an empty file has no line', async () => {
  assert.deepEqual(await readAll([]), { lines: [], problems: [] });
});

test('wherever the file is cut into chunks, the lines are the same', async () => {
  const word = fc.constantFrom('é', '🙂', 'a', '\r\n', '\n', '\r', '\n\n', '"', ',');
  await fc.assert(
    fc.asyncProperty(
      fc.array(word, { maxLength: 40 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      async (words, places) => {
        const text = words.join('');
        const { lines, problems } = await readAll(cut(Buffer.from(text), places));
        const expected = text
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => line.replace(/\r$/, ''));
        assert.deepEqual(
          lines.map((line) => line.text),
          text === '' ? [] : expected,
        );
        assert.deepEqual(
          lines.map((line) => line.number),
          lines.map((_, index) => index + 1),
        );
        assert.deepEqual(problems, []);
      },
    ),
  );
});

test('a line that is not UTF-8 is reported by its number and left out, wherever the chunks end', async () => {
  const bytes = Buffer.concat([
    Buffer.from('first\n'),
    Buffer.from([0x61, 0xff, 0x0a]),
    Buffer.from('éé\nlast'),
  ]);
  for (let place = 0; place <= bytes.length; place += 1) {
    const { lines, problems } = await readAll(cut(bytes, [place]));
    assert.deepEqual(problems, [{ line: 2, field: undefined, reason: NOT_UTF8 }]);
    assert.deepEqual(
      lines.map(({ number, text }) => `${number} ${text}`),
      ['1 first', '3 éé', '4 last'],
    );
  }
});

for (const [what, excess, tooLong] of [
  ['as long as a line may be', 0, false],
  ['one byte longer', 1, true],
  ['three times as long', 2 * LINE_BYTES_MAX, true],
] as const) {
  test(`a line ${what} is ${tooLong ? 'reported and left out' : 'read'}, in small chunks and in one`, async () => {
    const long = 'x'.repeat(LINE_BYTES_MAX + excess);
    for (const text of [`a\n${long}\n${'b\n'.repeat(50_000)}`, `${long}\n`, `a\n${long}`]) {
      const bytes = Buffer.from(text);
      const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) => {
        return bytes.subarray(index * 65_536, (index + 1) * 65_536);
      });
      for (const { lines, problems } of [await readAll([bytes]), await readAll(chunks)]) {
        const longLine = text.startsWith('a') ? 2 : 1;
        const reason = `is longer than ${LINE_BYTES_MAX} bytes; lines end with LF or CR LF, not with CR alone`;
        assert.deepEqual(problems, tooLong ? [{ line: longLine, field: undefined, reason }] : []);
        assert.deepEqual(
          lines.map(({ number, text: { length } }) => [number, length]),
          text
            .replace(/\n$/, '')
            .split('\n')
            .map(({ length }, index) => [index + 1, length])
            .filter(([number]) => !tooLong || number !== longLine),
        );
      }
    }
  });
}

test('a byte order mark is passed over, wherever the chunks end', async () => {
  const bytes = Buffer.from('\uFEFFa\nb\uFEFF\n');
  for (let place = 0; place <= bytes.length; place += 1) {
    const { lines, problems } = await readAll(cut(bytes, [place]));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['a', 'b\uFEFF'],
    );
  }
});

test('a file in UTF-16 is told once, with a mark or without, and nothing of it is read', async () => {
  const text = 'accountId,status\nw-1,active\n';
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  for (const bytes of [
    little,
    big,
    Buffer.from(`\uFEFF${text}`, 'utf16le'),
    Buffer.concat([Buffer.from([254, 255]), big]),
  ]) {
    for (const places of [[], [1], [2], [5]]) {
      const { lines, problems } = await readAll(cut(bytes, places));
      assert.deepEqual(lines, []);
      assert.deepEqual([problems.length, problems[0]?.line, problems[0]?.wholeFile], [1, 1, true]);
      assert.match(problems[0]?.reason ?? '', /^is UTF-16/);
    }
  }
});

test('what is no text is told by its name, once, and nothing of it is read', async () => {
  const utf32 = (text: string) => Buffer.from(Array.from(text).flatMap((c) => [c.charCodeAt(0), 0, 0, 0]));
  for (const [bytes, reason] of [
    [Buffer.from('PK\x03\x04\x14\0\x06\0\n', 'latin1'), /^is a ZIP archive.*\.xlsx/],
    [Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 10]), /^is a workbook of Excel/],
    [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 10, 2]), /^is compressed/],
    [Buffer.from('BZh91AY&SY\n'), /^is compressed/],
    [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 10]), /^is compressed/],
    [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), /^is compressed/],
    [Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), utf32('a,b\n')]), /^is UTF-32/],
    [utf32('accountId,status\nw-1,active\n'), /^is UTF-32/],
    [Buffer.from(utf32('ab\n')).swap32(), /^is UTF-32/],
  ] as const) {
    const { lines, problems } = await readAll([bytes]);
    assert.deepEqual(lines, []);
    assert.deepEqual([problems.length, problems[0]?.line, problems[0]?.wholeFile], [1, 1, true], `${reason}`);
    assert.match(problems[0]?.reason ?? '', reason);
  }
});

test('after a header that can’t be read nothing follows; every line is kept for whoever wants it', async () => {
  const bytes = Buffer.concat([
    Buffer.from('\n\nacc'),
    Buffer.from([0xe9]),
    Buffer.from('\nb\n'),
    Buffer.from([0xff]),
  ]);
  const { lines, problems } = await readAll([bytes], { headed: true });
  assert.deepEqual(problems, [{ line: 3, field: undefined, reason: NOT_UTF8, wholeFile: true }]);
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['', ''],
  );
  const kept: Line[] = [];
  await readAll([bytes], { keep: (line) => kept.push(line) });
  assert.deepEqual(
    kept.map(({ number, text }) => `${number} ${text}`),
    ['1 ', '2 ', '3 accé', '4 b', '5 ÿ'],
  );
});

test('a line without end fills no memory', async () => {
  const chunk = Buffer.alloc(1_048_576, 'x');
  // What earlier tests left may not be collected yet.
  const bytesBefore = process.memoryUsage().arrayBuffers;
  let bytesMax = 0;
  async function* endless() {
    for (let count = 0; count < 256; count += 1) {
      yield chunk;
      bytesMax = Math.max(bytesMax, process.memoryUsage().arrayBuffers);
    }
    yield Buffer.from('\nb');
  }
  const lines: Line[] = [];
  const problems: ImportProblem[] = [];
  for await (const batch of readLines(endless(), (problem) => problems.push(problem))) lines.push(...batch);
  assert.deepEqual(lines, [{ number: 2, text: 'b' }]);
  assert.deepEqual(
    problems.map(({ line }) => line),
    [1],
  );
  assert.ok(bytesMax - bytesBefore < 64 * 1_048_576, `${bytesMax} bytes, ${bytesBefore} before`);
});
