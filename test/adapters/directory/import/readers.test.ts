import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImportProblem } from '../../../../src/adapters/directory/import/problems.ts';
import { readCsv } from '../../../../src/adapters/directory/import/read-csv.ts';
import { readNdjson } from '../../../../src/adapters/directory/import/read-ndjson.ts';
import type { GivenRow } from '../../../../src/adapters/directory/import/row.ts';

type Reader = typeof readCsv;

/** Reads a text in batches of two lines. */
async function read(reader: Reader, text: string) {
  const problems: ImportProblem[] = [];
  const rows: GivenRow[] = [];
  async function* batches() {
    const lines = text.split('\n').map((line, index) => ({ number: index + 1, text: line }));
    for (let start = 0; start < lines.length; start += 2) yield lines.slice(start, start + 2);
  }
  for await (const batch of reader(batches(), (problem) => problems.push(problem))) rows.push(...batch);
  return { rows, problems: problems.map(({ line, field, reason }) => `${line} ${field ?? '-'} ${reason}`) };
}

const header = 'accountId,status,phoneNumber,language,associationIds';

describe('CSV', () => {
  test('rows have the columns of the header, in its order', async () => {
    const { rows, problems } = await read(
      readCsv,
      'status,associationIds,accountId\nactive,as-1 as-2,w-1\nclosed,,w-2',
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(rows, [
      { line: 2, texts: { status: 'active', accountId: 'w-1' }, associationIds: ['as-1', 'as-2'] },
      { line: 3, texts: { status: 'closed', accountId: 'w-2' }, associationIds: [] },
    ]);
  });

  test('quotes, commas in quotes and doubled quotes are read as RFC 4180 says', async () => {
    const { rows, problems } = await read(readCsv, '"accountId",status\n"w,""1""",active\n"","active"');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      rows.map(({ texts }) => texts.accountId),
      ['w,"1"', ''],
    );
  });

  test('rows of nothing but empty fields are skipped, and a column for problems is passed over', async () => {
    const { rows, problems } = await read(
      readCsv,
      'accountId,problem,status\n,,\nw-1,what was wrong,active\n , ,\n"","",\n,,,,,,',
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(rows, [{ line: 3, texts: { accountId: 'w-1', status: 'active' }, associationIds: [] }]);
  });

  for (const [text, cause] of [
    [
      'accountId;status\nw-1;active\nw-2;active',
      /^1 - has semicolons between its names, where commas are due/,
    ],
    ['accountId\tstatus\nw-1\tactive', /^1 - has tabs between/],
    ['{"accountId":"w-1","status":"active"}', /^1 - is JSON, where CSV is due/],
    ['[\n{"accountId":"w-1"}]', /^1 - is JSON, where CSV is due/],
    ['"accountId"|"status"\nw-1|active', /^1 - has vertical bars between/],
    ['AccountID;Status', /^1 - has semicolons between/],
    ['sep=,\naccountId,status', /^1 - tells Excel its separator and is no header/],
    ['sep=;\naccountId;status', /^1 - tells Excel/],
    ['accountId,status\rw-1,active\rw-2,active', /^1 - has a CR in it: lines end with LF or CR LF/],
    ['accountId,status\r\nw-1,active', /^1 - has a CR in it/],
    ['AccountId,status', /^1 - has an unknown name for column 1, where accountId may be meant/],
    ['accountId,phone_number', /^1 - has an unknown name for column 2, where phoneNumber may be meant/],
  ] as const) {
    test(`of ${JSON.stringify(text)} the cause is told, and nothing else`, async () => {
      const { rows, problems } = await read(readCsv, text);
      assert.deepEqual([rows, problems.length], [[], 1]);
      assert.match(problems[0] ?? '', cause);
    });
  }

  test('empty lines are skipped, before the header too, and the numbers go on', async () => {
    const { rows, problems } = await read(readCsv, '\n\naccountId\n\n\nw-1\n');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      rows.map(({ line }) => line),
      [6],
    );
  });

  test('a stray quote spoils its own line only', async () => {
    for (const stray of ['w"2,active', '"w-2,active', '"w-2"x,active', 'w-2,"active', '"']) {
      const { rows, problems } = await read(
        readCsv,
        `accountId,status\nw-1,active\n${stray}\nw-3,active\nw-4,active`,
      );
      assert.equal(problems.length, 1, stray);
      assert.match(problems[0] ?? '', /^3 - has a double quote out of place/);
      assert.deepEqual(
        rows.map(({ line, texts }) => [line, texts.accountId]),
        [
          [2, 'w-1'],
          [4, 'w-3'],
          [5, 'w-4'],
        ],
      );
    }
  });

  test('a quoted line break is not a row, and what follows is read', async () => {
    // The reader gets two lines at a time: the break may be within a batch or between two.
    for (const before of ['', '\n']) {
      const { rows, problems } = await read(readCsv, `accountId,status${before}\n"w\n-1",active\nw-3,active`);
      assert.equal(problems.length, 2);
      for (const problem of problems) assert.match(problem, /^[234] - has a double quote out of place/);
      assert.deepEqual(
        rows.map(({ texts }) => texts.accountId),
        ['w-3'],
      );
    }
  });

  test('a row with more or fewer fields than the header is reported', async () => {
    const { rows, problems } = await read(readCsv, 'accountId,status\nw-1\nw-2,active,\nw-3,active');
    assert.deepEqual(problems, [
      '2 - has 1 fields where the header names 2',
      '3 - has 3 fields where the header names 2',
    ]);
    assert.deepEqual(
      rows.map(({ line }) => line),
      [4],
    );
  });

  for (const [text, problem] of [
    ['', '1 - is missing'],
    ['\n\n', '1 - is missing'],
    ['w-1,active,+14035550101,,\nw-2', '1 - has an unknown name for column 1'],
    ['accountId,phone\nw-1,', '1 - has an unknown name for column 2'],
    ['accountId,__proto__\nw-1,', '1 - has an unknown name for column 2'],
    ['accountId,toString\nw-1,', '1 - has an unknown name for column 2'],
    ['accountId, status\nw-1,', '1 - has an unknown name for column 2'],
    ['AccountId\nw-1', '1 - has an unknown name for column 1'],
    ['status\nactive', '1 - does not name the column accountId'],
    ['accountId,status,accountId\nw-1,active,w-2', '1 - names a column twice'],
  ] as const) {
    test(`after the header ${JSON.stringify(text)} nothing is read`, async () => {
      const { rows, problems } = await read(readCsv, text);
      assert.deepEqual(rows, []);
      assert.equal(problems.length, 1);
      assert.ok(problems[0]?.startsWith(problem), problems[0]);
      assert.match(
        problems[0] ?? '',
        /the first line names the columns, accountId and any of status, phoneNumber/,
      );
    });
  }

  test('[ERR-4] no report repeats what the file says', async () => {
    for (const text of ['w-1,+14035550101', `${header}\nw-1,"x"+14035550101\n+14035550101`]) {
      const { problems } = await read(readCsv, text);
      assert.ok(problems.length > 0);
      assert.doesNotMatch(problems.join(), /4035550101|w-1/);
    }
  });
});

describe('NDJSON', () => {
  test('rows have the members of the object; null means none', async () => {
    const { rows, problems } = await read(
      readNdjson,
      '{"accountId":"w-1","associationIds":["as 1","as-2"]}\n\n{"phoneNumber":null,"accountId":"w-2","associationIds":null}',
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(rows, [
      { line: 1, texts: { accountId: 'w-1' }, associationIds: ['as 1', 'as-2'] },
      { line: 3, texts: { accountId: 'w-2', phoneNumber: '' }, associationIds: [] },
    ]);
  });

  test('a JSON array is told as one, and nothing of it is read', async () => {
    for (const text of ['[{"accountId":"w-1"}]', '[\n{"accountId":"w-1"}\n]', ' [ {"a":1},\n{"b":2}]']) {
      const { rows, problems } = await read(readNdjson, text);
      assert.deepEqual([rows, problems.length], [[], 1]);
      assert.match(problems[0] ?? '', /^1 - begins a JSON array/);
    }
  });

  for (const [text, cause] of [
    ['{\n  "accountId": "w-1"\n}', /^1 - begins a JSON object that goes on in the next line/],
    ['{"accountId":"w-1"}\r{"accountId":"w-2"}\r', /^1 - has a CR in it/],
    ['accountId,status\nw-1,active\nw-2,active', /^1 - names columns, as CSV does/],
    ['"accountId";"status"\nw-1;active', /^1 - names columns, as CSV does/],
  ] as const)
    test(`the cause is told once, not each line's consequence: ${JSON.stringify(text)}`, async () => {
      const { rows, problems } = await read(readNdjson, text);
      assert.deepEqual([rows, problems.length], [[], 1]);
      assert.match(problems[0] ?? '', cause);
    });

  test('a member for problems is passed over', async () => {
    const { rows, problems } = await read(readNdjson, '{"problem":"line 3: status","accountId":"w-1"}');
    assert.deepEqual(problems, []);
    assert.deepEqual(rows, [{ line: 1, texts: { accountId: 'w-1' }, associationIds: [] }]);
  });

  for (const [line, problem] of [
    ['{"accountId":"w-1"', '- is not one JSON object'],
    ['[]', '- is not one JSON object'],
    ['null', '- is not one JSON object'],
    ['"w-1"', '- is not one JSON object'],
    ['{"accountId":"w-1"} {"accountId":"w-2"}', '- is not one JSON object'],
    ['{"accountId":"w-1","phone":""}', '- has an unknown name for member 2'],
    ['{"__proto__":{"accountId":"w-1"}}', '- has an unknown name for member 1'],
    ['{"accountId":1}', 'accountId must be a string, or null'],
    ['{"accountId":"w-1","status":["active"]}', 'status must be a string, or null'],
    ['{"accountId":"w-1","associationIds":"as-1"}', 'associationIds must be an array of strings, or null'],
    ['{"accountId":"w-1","associationIds":[1]}', 'associationIds must be an array of strings, or null'],
    ['{"accountId":"w-1","status":"active","status":"closed"}', '- names a member twice'],
    ['{"accountId":"w-1","status":"active","\\u0073tatus":"closed"}', '- names a member twice'],
    ['{"status" : "\\"a\\":", "accountId":"w-1", "status"\t:"closed"}', '- names a member twice'],
  ] as const) {
    test(`${line} is reported, and the next line read`, async () => {
      const { rows, problems } = await read(readNdjson, `${line}\n{"accountId":"w-9","status":"a\\":\\"b"}`);
      assert.equal(problems.length, 1);
      assert.ok(problems[0]?.startsWith(`1 ${problem}`), problems[0]);
      assert.deepEqual(
        rows.map(({ texts }) => texts.accountId),
        ['w-9'],
      );
    });
  }
});
