import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { describeKeepers } from '../directory-kinds.ts';
import { importText } from './import-text.ts';

function newFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-rejects-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'rejects');
}

const header = 'accountId,status,phoneNumber,associationIds';
const bad = [
  'w-2,activ,+14035550102,',
  'w-3,active,4035550103,"as-3 as-4"',
  'w-1,active,,',
  'w-5,active',
  'w-6,act"ive,,',
  'w-7,,,',
  'w-8,active,+14035550109,',
  'w-9,active,+14035550108,as-0',
];

describeKeepers('rejected rows of an import into a directory', (newPlace, { store }) => {
  test('good rows are applied, the others written with their reasons, for the owner alone', async (t) => {
    const place = await newPlace(t);
    await place.fill([{ accountId: 'w-0', phoneNumber: '+14035550109', associationIds: ['as-0'] }]);
    const rejectFile = newFile(t);
    const text = `${header}\nw-1,active,+14035550101,as-1\n${bad.join('\n')}\nw-4,closed,,\n`;
    const { outcome, rejected, applicable, counts, told } = await importText(place, text, { rejectFile });
    assert.deepEqual(
      [outcome, applicable, rejected, counts?.created, told],
      ['applied', 2, bad.length, 2, []],
    );
    assert.deepEqual(
      (await place.content()).map(({ accountId }) => accountId),
      ['w-0', 'w-1', 'w-4'],
    );
    assert.equal(statSync(rejectFile).mode & 0o777, 0o600);
    const lines = readFileSync(rejectFile, 'utf8').trimEnd().split('\n');
    assert.equal(lines[0], `${header},problem`);
    for (const [index, reason] of [
      /^w-2,activ,\+14035550102,,"line 3: status must be one of /,
      /^w-3,active,4035550103,as-3 as-4,"line 4: phoneNumber must be E\.164/,
      /^w-1,active,,,line 5: accountId was given on line 2 already$/,
      /^w-5,active,line 6: the line has 2 fields where the header names 4$/,
      /^w-6,act"ive,,,"?line 7: the line has a double quote out of place/,
      /^w-7,,,,"line 8: status must be one of /,
      /^w-8,active,\+14035550109,,"line 9: phoneNumber belongs to another active account too/,
      /^w-9,active,\+14035550108,as-0,line 10: associationIds holds one that belongs to another account$/,
    ].entries()) {
      assert.match(lines[index + 1] ?? '', reason);
    }
    assert.deepEqual(place.leftovers(), []);
  });

  test('what was corrected is imported as it stands, reasons and all, and rejected again if it is still wrong', async (t) => {
    for (const [first, corrected] of [
      [`${header}\nw-1,activ,,\nw-2,open,,\n`, (text: string) => text.replace('activ', 'active')],
      [
        '{"accountId":"w-1","status":"activ"}\n{"accountId":"w-2","status":"open"}\nno JSON\n',
        (text: string) => text.replace('"activ"', '"active"'),
      ],
    ] as const) {
      const place = await newPlace(t);
      const [one, two] = [newFile(t), newFile(t)];
      const format = first.startsWith('{') ? 'ndjson' : 'csv';
      assert.equal((await importText(place, first, { rejectFile: one, format })).outcome, 'applied');
      assert.deepEqual(await place.content(), []);
      const again = await importText(place, corrected(readFileSync(one, 'utf8')), {
        rejectFile: two,
        format,
      });
      assert.equal(again.outcome, 'applied');
      assert.deepEqual(
        (await place.content()).map(({ accountId }) => accountId),
        ['w-1'],
      );
      const rejects = readFileSync(two, 'utf8');
      assert.equal((rejects.match(/status must be one of/g) ?? []).length, 1, rejects);
      assert.doesNotMatch(rejects, /w-1/);
    }
  });

  test('a row that is rejected takes the ground from under no other one', async (t) => {
    const place = await newPlace(t);
    await place.fill([
      { accountId: 'w-1', phoneNumber: '+14035550101' },
      { accountId: 'w-2', phoneNumber: '+14035550102' },
    ]);
    const rejectFile = newFile(t);
    // w-2 would take the number of w-1, which would move on to one that w-3 claims as well.
    const rows = [
      'w-1,active,+14035550103',
      'w-2,active,+14035550101',
      'w-3,active,+14035550103',
      'w-4,active,+14035550102',
    ];
    const { rejected } = await importText(place, `accountId,status,phoneNumber\n${rows.join('\n')}\n`, {
      rejectFile,
    });
    assert.equal(rejected, 4);
    assert.deepEqual(
      (await place.content()).map(({ phoneNumber }) => phoneNumber),
      ['+14035550101', '+14035550102'],
    );
  });

  test('no file is written over, and none is left where nothing was rejected or nothing could be read', async (t) => {
    const place = await newPlace(t);
    const rejectFile = newFile(t);
    const sound = `${header}\nw-1,active,,\n`;
    assert.equal((await importText(place, sound, { rejectFile })).rejected, 0);
    assert.ok(!existsSync(rejectFile));
    for (const broken of ['accountId;status\nw-1;active\n', '', '\uFFFDx\n']) {
      const result = await importText(place, broken, { rejectFile, format: 'csv' });
      assert.deepEqual([result.outcome, result.told.length], ['refused', 1]);
      assert.ok(!existsSync(rejectFile));
    }
    const target = newFile(t);
    symlinkSync(target, rejectFile);
    const refused = () => importText(place, `${header}\nw-2,x,,\n`, { rejectFile });
    await assert.rejects(refused, UnavailableError);
    assert.ok(!existsSync(target));
    rmSync(rejectFile);
    writeFileSync(rejectFile, 'mine');
    await assert.rejects(refused, /is there already, and is not written over/);
    assert.equal(readFileSync(rejectFile, 'utf8'), 'mine');
    assert.equal((await place.content()).length, 1);
  });

  test('a row of NDJSON is rejected as it is written, so that nothing of it is settled by the way', async (t) => {
    const place = await newPlace(t);
    const rows = [
      '{"accountId":"w-1","accountId":"w-2","status":"active"}',
      '{ "accountId":"w-3","status":"active","phoneNumber":14035550101000000001 }',
      '{"problem":"an \\"earlier\\" one","accountId":"w-4","status":"x"}',
      '{"accountId":"w-5","status":"x","problem":"moved"}',
      '{}',
      '{"problem":"alone"}',
    ];
    let text = `${rows.join('\n')}\n`;
    for (const round of ['first', 'again']) {
      const rejectFile = newFile(t);
      const { rejected } = await importText(place, text, { rejectFile, format: 'ndjson' });
      assert.equal(rejected, rows.length, round);
      text = readFileSync(rejectFile, 'utf8');
      const left = text.trimEnd().split('\n');
      assert.ok(
        left.every((line) => line.match(/"problem"/g)?.length === 1 && line.startsWith('{"problem":"line ')),
      );
      assert.match(text, /,"accountId":"w-1","accountId":"w-2","status":"active"\}\n/);
      assert.match(text, /14035550101000000001/);
    }
    assert.deepEqual(await place.content(), []);
  });

  test('a dry run tells what it would reject, and applies and writes nothing', async (t) => {
    const place = await newPlace(t);
    const rejectFile = newFile(t);
    const text = `${header}\nw-1,active,,\nw-2,x,,\n`;
    const { outcome, rejected, told } = await importText(place, text, { rejectFile, dryRun: true });
    assert.deepEqual([outcome, rejected, told.length], ['tried', 1, 1]);
    assert.ok(!existsSync(rejectFile));
    assert.deepEqual(await place.content(), []);
    const real = await importText(place, text, { rejectFile });
    assert.deepEqual([real.outcome, real.rejected, real.told], ['applied', 1, []]);
    assert.match(readFileSync(rejectFile, 'utf8'), /w-2,x/);
    await assert.rejects(importText(place, text, { rejectFile, dryRun: true }), /is there already/);
  });

  test('whatever the rows are, each is applied or rejected, and the rest is a file that applies whole', async (t) => {
    const row = fc.record({
      accountId: fc.constantFrom('w-1', 'w-2', 'w-3', 'w-4', 'w 5,"', ''),
      status: fc.constantFrom('active', 'active', 'closed', 'x'),
      phoneNumber: fc.constantFrom('', '+14035550101', '+14035550102', '403'),
      associationIds: fc.subarray(['as-1', 'as-2', 'as-3']),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), async (rows) => {
        const [place, whole] = [await newPlace(t), await newPlace(t)];
        const rejectFile = newFile(t);
        const lines = rows.map((given) => JSON.stringify(given));
        const text = (some: readonly string[]) => some.map((line) => `${line}\n`).join('');
        const { rejected } = await importText(place, text(lines), { rejectFile, format: 'ndjson' });
        const rejects = rejected === 0 ? [] : readFileSync(rejectFile, 'utf8').trimEnd().split('\n');
        assert.equal(rejects.length, rejected);
        const left = [...lines];
        for (const line of rejects) {
          const { problem, ...given } = JSON.parse(line);
          const [, number] = /^line (\d+): /.exec(problem) ?? [];
          assert.deepEqual(JSON.parse(lines[Number(number) - 1] ?? ''), given);
          left[Number(number) - 1] = '';
        }
        const result = await importText(whole, text(left), { format: 'ndjson' });
        assert.deepEqual(result.told, []);
        assert.deepEqual(await place.content(), await whole.content());
      }),
      { numRuns: store === undefined ? 25 : 10 },
    );
  });

  test('a row that is no UTF-8 keeps its bytes, and is rejected until somebody corrects it', async (t) => {
    const id = Buffer.from('w-\u00fc\u00df', 'latin1');
    for (const [format, before, after] of [
      ['csv', `${header}\n`, ',active,,'],
      ['ndjson', '{"accountId":"', '","status":"active"}'],
      ['ndjson', '{"problem":"earlier","accountId":"', '","status":"active"}'],
      ['ndjson', '{"accountId":"', '","status":"active","problem":"moved"}'],
      ['ndjson', 'no JSON ', ''],
    ] as const) {
      const place = await newPlace(t);
      let content = Buffer.concat([Buffer.from(before), id, Buffer.from(`${after}\n`)]);
      for (const round of ['first', 'again']) {
        const rejectFile = newFile(t);
        const { rejected } = await importText(place, content, { rejectFile, format });
        assert.deepEqual([rejected, await place.content()], [1, []], round);
        content = readFileSync(rejectFile);
        assert.ok(content.includes(id), `${round}: ${content.toString('latin1')}`);
        assert.equal(content.toString('latin1').match(/is not valid UTF-8/g)?.length, 1, round);
      }
      if (before.startsWith('no')) continue;
      // What an editor does that is told the encoding.
      await importText(place, content.toString('latin1'), { format });
      assert.deepEqual(
        (await place.content()).map(({ accountId }) => accountId),
        ['w-\u00fc\u00df'],
      );
    }
  });
});
