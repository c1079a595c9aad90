import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../../../src/adapters/sqlite/open-database.ts';
import { otpStoreKind } from '../../../../src/adapters/storage/sqlite/migrations.ts';
import { OTP_STATEMENTS } from '../../../../src/adapters/storage/sqlite/otp-statements.ts';

/** Statements that walk along an index, and how they keep it short. */
const WALKS: Readonly<Record<string, string>> = { findNewest: 'LIMIT 64' };

/** Statements that sort what an index finds, which is a row or two. */
const SORTS: readonly string[] = ['findByReceiptKey'];

for (const [name, sql] of Object.entries(OTP_STATEMENTS)) {
  test(`${name} scans no table, however long the history`, (t) => {
    const order = { file: ':memory:', environment: 'sandbox', access: 'create', waitMs: 0 } as const;
    const { database } = openDatabase(otpStoreKind, order);
    t.after(() => database.close());
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    const details = plan.map((row) => String(row['detail']));
    const bound = WALKS[name];
    if (bound !== undefined) {
      assert.ok(sql.includes(bound));
      assert.ok(details.some((detail) => /^SCAN request USING INDEX/.test(detail)));
      return;
    }
    for (const detail of details) {
      if (SORTS.includes(name) && detail === 'USE TEMP B-TREE FOR ORDER BY') continue;
      assert.doesNotMatch(detail, /SCAN|TEMP B-TREE|AUTOMATIC/, details.join('; '));
    }
  });
}
