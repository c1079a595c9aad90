import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ImportOrder } from '../../../../src/adapters/directory/import/import-order.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import { describeKeepers, type NewPlace } from '../directory-kinds.ts';
import { importText } from './import-text.ts';

/** Up to one account of ten may be closed unasked. */
const mayClose = (closing: number, held: number) => closing <= held / 10;

const header = 'accountId,status\n';
const rows = (count: number, status: string) =>
  Array.from({ length: count }, (_, at) => `w-${at},${status}\n`).join('');

/** Ten active accounts, and a file that is imported then. */
async function afterTen(t: TestContext, newPlace: NewPlace, text: string, order: Partial<ImportOrder> = {}) {
  const place = await newPlace(t);
  await importText(place, header + rows(10, 'active'));
  const result = await importText(place, header + text, { mayClose, ...order });
  const content = await place.content();
  return { result, closed: content.filter(({ status }) => status === 'closed').length };
}

describeKeepers('an import that closes accounts [OQ-95]', (newPlace) => {
  test('few are closed unasked; accounts that are new are not among those that were held', async (t) => {
    const { result, closed } = await afterTen(t, newPlace, rows(1, 'closed'));
    assert.deepEqual([result.outcome, result.toConfirm, closed], ['applied', undefined, 1]);
    const created = await afterTen(t, newPlace, `${rows(2, 'closed')}w-new,active\nw-more,active\n`);
    assert.deepEqual(created.result.toConfirm, { closing: 2, held: 10 });
    assert.equal(created.closed, 0);
  });

  test('many are closed only by whoever names their number', async (t) => {
    for (const [confirmedClosing, isApplied] of [
      [undefined, false],
      [2, false],
      [4, false],
      [3, true],
    ] as const) {
      const { result, closed } = await afterTen(t, newPlace, rows(3, 'closed'), { confirmedClosing });
      const toConfirm = isApplied ? undefined : { closing: 3, held: 10 };
      assert.deepEqual(
        [result.outcome, result.toConfirm, result.counts?.closed, closed],
        [isApplied ? 'applied' : 'unconfirmed', toConfirm, 3, isApplied ? 3 : 0],
        String(confirmedClosing),
      );
    }
  });

  test('a number that is not that of the file is refused, however few it closes', async (t) => {
    const { result, closed } = await afterTen(t, newPlace, rows(1, 'closed'), { confirmedClosing: 2 });
    assert.deepEqual(
      [result.outcome, result.toConfirm, closed],
      ['unconfirmed', { closing: 1, held: 10 }, 0],
    );
    const none = await afterTen(t, newPlace, rows(1, 'active'), { confirmedClosing: 2 });
    assert.deepEqual(none.result.toConfirm, { closing: 0, held: 10 });
  });

  test('those that are closed already, and new closed ones, close nobody', async (t) => {
    const place = await newPlace(t);
    await importText(place, header + rows(10, 'closed'));
    const text = `${header}${rows(10, 'closed-fraud')}w-new,closed\n`;
    const { outcome, counts } = await importText(place, text, { mayClose });
    assert.deepEqual([outcome, counts?.closed], ['applied', 0]);
  });

  test('a dry run tells what would have to be confirmed', async (t) => {
    const { result, closed } = await afterTen(t, newPlace, rows(3, 'closed'), { dryRun: true });
    assert.deepEqual([result.outcome, result.toConfirm, closed], ['tried', { closing: 3, held: 10 }, 0]);
  });

  test('where it is not applied no reject file is written either', async (t) => {
    const rejectFile = join(temporaryDirectory(t), 'rejects.csv');
    const text = `${rows(3, 'closed')}w-9,nonsense\n`;
    const { result, closed } = await afterTen(t, newPlace, text, { rejectFile });
    assert.deepEqual([result.outcome, closed, existsSync(rejectFile)], ['unconfirmed', 0, false]);
  });
});
