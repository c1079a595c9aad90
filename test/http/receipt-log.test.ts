import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportReceiptsToLog } from '../../src/http/receipt-log.ts';
import type { ReceiptReport } from '../../src/http/receipt-report.ts';
import { createLog } from '../../src/http/telemetry.ts';
import { TestClock } from '../system/test-clock.ts';

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
