import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../src/telemetry/log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void, format: 'json' | 'pretty'): string {
  const lines: string[] = [];
  write(createLog({ level: 'info', format, destination: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

test('the pretty log is one line an entry, with every field', () => {
  const fields = { method: 'sendOtp', status: 200, reason: 'two words', gateway: undefined };
  const text = logged((log) => log.info(fields, 'call'), 'pretty');
  assert.match(text, /^\d\d:\d\d:\d\d\.\d{3} info {2}call method=sendOtp status=200 reason="two words"\n$/);
});

test('no value can make a second line or a second field of the pretty log', () => {
  const text = logged((log) => log.warn({ reason: 'a\nb=c d' }, 'call'), 'pretty');
  assert.equal(text.split('\n').length, 2);
  assert.match(text, /reason="a\\nb=c d"\n$/);
});

test('an error is shown with its stack', () => {
  const text = logged((log) => log.error({ err: new TypeError('wrong') }, 'call'), 'pretty');
  assert.match(text, /error call\n {2}TypeError: wrong\n {6}at /);
});

test('the JSON log is JSON', () => {
  const { msg, level } = JSON.parse(logged((log) => log.info('hello'), 'json'));
  assert.deepEqual([msg, level], ['hello', 'info']);
});
