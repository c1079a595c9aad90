import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallReport } from '../../src/methods/call-report.ts';
import { createErrorSerializer } from '../../src/telemetry/brief-errors.ts';
import { createLog, reportToLog } from '../../src/telemetry/log.ts';
import { TestClock } from '../support/test-clock.ts';

const report: CallReport = {
  method: 'sendOtp',
  callId: 'call',
  requestId: 'request',
  status: 503,
  result: undefined,
  reason: undefined,
  replayed: false,
  delivery: undefined,
  country: 'US',
  guard: undefined,
  verified: undefined,
  unknownContext: false,
  cause: undefined,
  fault: undefined,
  durationMs: 1,
};

function openLog() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLog({ level: 'trace', format: 'json', destination }) };
}

test('levels are named', () => {
  const { lines, log } = openLog();
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
  for (const level of levels) log[level]('hello');
  assert.deepEqual(
    lines.map(({ level }) => level),
    levels,
  );
});

test('one error at each call is told in full once, and in short until ten seconds are over', () => {
  let nowMs = 0;
  const serialize = createErrorSerializer(() => nowMs);
  const full = () => new Error('database or disk is full');
  const other = () => new TypeError('another');
  const hasStack = (error: Error) => 'stack' in serialize(error);
  assert.deepEqual([full(), full(), full(), other(), other()].map(hasStack), [
    true,
    false,
    false,
    true,
    false,
  ]);
  assert.deepEqual(
    { ...JSON.parse(JSON.stringify(serialize(full()))) },
    { type: 'Error', message: 'database or disk is full' },
  );
  nowMs = 10_000;
  assert.deepEqual([full(), full()].map(hasStack), [true, false]);
});

test('a call that fails at a full disk costs a short line', () => {
  const { lines, log } = openLog();
  const tell = reportToLog(log, new TestClock());
  const fail = () => new Error('full');
  for (let count = 0; count < 100; count += 1) tell({ ...report, fault: 'unavailable', cause: fail() });
  assert.equal(lines.length, 100);
  assert.ok(JSON.stringify(lines).length < 40_000, 'no hundred stacks');
});

test('[ERR-4] of what the money guard found, a line names the event and the budget, and no prefix of a number', () => {
  const { lines, log } = openLog();
  const tell = reportToLog(log, new TestClock());
  const budget = 'unverifiedPerPrefix';
  for (const mode of ['observe', 'exempt', 'enforce'] as const)
    tell({ ...report, status: 200, guard: { budget, mode } });
  assert.deepEqual(
    lines.map(({ guardEvent }) => guardEvent),
    [{ event: 'guardWouldRefuse', budget }, { event: 'guardExempt', budget }, undefined],
  );
});

test('[ERR-4] an error that nobody expected is told without the numbers that it quotes, and with its place', () => {
  const { lines, log } = openLog();
  const tell = reportToLog(log, new TestClock());
  const cause = new RangeError('no route to (403) 555-0123', {
    cause: new Error('14035550123 has code 907214'),
  });
  Object.assign(cause, { code: 'ENOROUTE', number: '+14035550123' });
  tell({ ...report, status: 500, fault: 'bug', reason: cause.message, cause });
  const line = JSON.stringify(lines[0]);
  assert.doesNotMatch(line, /555|907214/);
  assert.match(line, /"reason":"no route to \(\[digits\]"/);
  assert.match(line, /RangeError.*ENOROUTE.*log\.test\.ts:\d+:\d+/);
});
