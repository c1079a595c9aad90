import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallReport } from '../../src/methods/call-report.ts';
import type { Delivery } from '../../src/ports/sms-gateway.ts';
import { createLog, reportToLog } from '../../src/telemetry/log.ts';
import { reportRefusalsToLog } from '../../src/telemetry/refusal-log.ts';
import { TestClock } from '../support/test-clock.ts';

function start() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const clock = new TestClock();
  return { lines, clock, log: createLog({ level: 'debug', format: 'json', destination }) };
}

const CALL: CallReport = {
  method: 'echo',
  callId: 'call',
  requestId: undefined,
  status: 400,
  result: undefined,
  reason: 'no such content type is served',
  replayed: false,
  delivery: undefined,
  country: undefined,
  guard: undefined,
  verified: undefined,
  unknownContext: false,
  cause: undefined,
  fault: undefined,
  durationMs: 0,
};

test('a flood that a listener refuses is a line in ten seconds for each status, which counts the others', () => {
  const { lines, clock, log } = start();
  const tell = reportRefusalsToLog(log, clock);
  for (let count = 0; count < 1000; count += 1) tell('methods', 404);
  tell('methods', 405);
  tell('receipts', 404);
  clock.pass(10_000);
  tell('methods', 404);
  assert.deepEqual(
    lines.map(({ level, msg, listener, status, untold }) => [level, msg, listener, status, untold]),
    [
      ['warn', 'refused', 'methods', 404, undefined],
      ['warn', 'refused', 'methods', 405, undefined],
      ['warn', 'refused', 'receipts', 404, undefined],
      ['warn', 'refused', 'methods', 404, 999],
    ],
  );
});

test('a flood of calls of which no header was read is a hundred lines in ten seconds', () => {
  const { lines, clock, log } = start();
  const report = reportToLog(log, clock);
  for (let count = 0; count < 1000; count += 1) report(CALL);
  assert.equal(lines.length, 100);
  report({ ...CALL, status: 401, result: 'INVALID_PAYLOAD_SIGNATURE' });
  assert.equal(lines.length, 101, 'another kind has lines of its own');
  clock.pass(10_000);
  report(CALL);
  report(CALL);
  assert.deepEqual(
    lines.slice(-2).map(({ untold }) => untold),
    [900, undefined],
  );
});

test('[ERR-8] a call whose header was read has its line, however many there are', () => {
  const { lines, clock, log } = start();
  const report = reportToLog(log, clock);
  for (let count = 0; count < 1000; count += 1) report({ ...CALL, requestId: `request-${count}` });
  assert.equal(lines.length, 1000);
});

test('the line of a text that a gateway did not take tells its class and its own code', () => {
  const { lines, clock, log } = start();
  const detail = 'HTTP 400, code 572006';
  const gateway = 'twilio';
  const told = (delivery: Delivery) => {
    reportToLog(log, clock)({ ...CALL, requestId: 'request-1', delivery });
    const { gateway: name, gatewayReason, gatewayDetail } = lines.at(-1) ?? {};
    return [name, gatewayReason, gatewayDetail];
  };
  assert.deepEqual(told({ kind: 'refused', gateway, reason: 'sender-not-allowed', detail }), [
    gateway,
    'sender-not-allowed',
    detail,
  ]);
  assert.deepEqual(told({ kind: 'unknown', gateway, detail: 'ECONNRESET' }), [
    gateway,
    undefined,
    'ECONNRESET',
  ]);
  assert.deepEqual(told({ kind: 'accepted', gateway, messageId: '1' }), [gateway, undefined, undefined]);
});
