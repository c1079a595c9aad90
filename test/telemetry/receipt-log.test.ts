import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReceiptReport } from '../../src/receipts/report.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { reportReceiptsToLog } from '../../src/telemetry/receipt-log.ts';
import { TestClock } from '../support/test-clock.ts';

function start() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const clock = new TestClock();
  const report = reportReceiptsToLog(createLog({ level: 'debug', format: 'json', destination }), clock);
  const tell = (outcome: ReceiptReport['outcome'], more: Partial<ReceiptReport> = {}) =>
    report({ gateway: 'one', outcome, ...more });
  return { lines, clock, tell };
}

test('each receipt has a line that names the gateway and the state, and never the text', () => {
  const { lines, tell } = start();
  const receipt = { gateway: 'one', receiptKey: 'AbCdEf0123456789', state: 'delivered', detail: '' } as const;
  for (const outcome of ['recorded', 'repeated', 'unmatched'] as const) tell(outcome, { receipt });
  assert.deepEqual(
    lines.map(({ level, outcome, state, gateway, msg }) => [level, outcome, state, gateway, msg]),
    [
      ['info', 'recorded', 'delivered', 'one', 'receipt'],
      ['debug', 'repeated', 'delivered', 'one', 'receipt'],
      ['warn', 'unmatched', 'delivered', 'one', 'receipt'],
    ],
  );
  assert.ok(!JSON.stringify(lines).includes(receipt.receiptKey));
});

test('a flood of calls that prove nothing is one line in ten seconds, which counts the others', () => {
  const { lines, clock, tell } = start();
  for (let call = 0; call < 1000; call += 1) tell('unauthenticated');
  tell('unauthenticated', { gateway: 'two' });
  tell('unreadable');
  assert.deepEqual(
    lines.map(({ gateway, outcome }) => [gateway, outcome]),
    [
      ['one', 'unauthenticated'],
      ['two', 'unauthenticated'],
      ['one', 'unreadable'],
    ],
  );
  clock.pass(10_000);
  tell('unauthenticated');
  clock.pass(10_000);
  tell('unauthenticated');
  assert.deepEqual(
    lines.slice(3).map(({ untold }) => untold),
    [999, undefined],
  );
});

test('what keeps receipts from being recorded is an error, with its cause', () => {
  const { lines, tell } = start();
  tell('unavailable', { cause: new Error('the store is down') });
  tell('bug', { cause: new Error('a bug') });
  assert.deepEqual(
    lines.map(({ level, err }) => [level, (err as { message: string }).message]),
    [
      ['error', 'the store is down'],
      ['fatal', 'a bug'],
    ],
  );
});

test('of texts that nobody knows a hundred lines in ten seconds are enough, and the next one counts the others', () => {
  const { lines, clock, tell } = start();
  const receipt = { gateway: 'one', receiptKey: 'one:000471', state: 'delivered', detail: '' } as const;
  for (let count = 0; count < 150; count += 1) tell('unmatched', { receipt });
  for (let count = 0; count < 150; count += 1) tell('recorded', { receipt });
  assert.equal(lines.length, 250);
  assert.equal(lines[0]?.['id'], '6 decimal digits, 3 zeros in front');
  clock.pass(10_000);
  tell('unmatched', { receipt });
  assert.equal(lines.at(-1)?.['untold'], 50);
});

test('the form of an id that was sought tells its alphabet, and nothing of it', () => {
  const { lines, tell } = start();
  for (const [id, form] of [
    ['0012', '4 decimal digits, 2 zeros in front'],
    ['0', '1 decimal digits'],
    ['00Ab', '4 hexadecimal digits, 2 zeros in front'],
    ['550e8400-e29b', '13 hexadecimal digits and hyphens'],
    ['xyz9', '4 letters and digits'],
    ['+14035550123', '12 characters'],
  ] as const) {
    tell('ambiguous', {
      receipt: { gateway: 'one', receiptKey: `one:${id}`, state: 'delivered', detail: '' },
    });
    assert.equal(lines.at(-1)?.['id'], form);
  }
});
