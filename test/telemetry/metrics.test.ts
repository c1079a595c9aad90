import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CallReport, NOTHING_TOLD } from '../../src/methods/call-report.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const report: CallReport = {
  ...NOTHING_TOLD,
  method: 'sendOtp',
  callId: 'call',
  status: 200,
  durationMs: 1,
};

async function guarded(...reports: readonly CallReport[]): Promise<readonly string[]> {
  const metrics = createMetrics('0', { clockAheadMs: () => 0 });
  for (const each of reports) metrics.countCall(each);
  const { body } = await metrics.page();
  return body.split('\n').filter((line) => line.startsWith('gsp_otp_money_guard_total{'));
}

test('what the money guard found against a text is counted by budget and by what came of it', async () => {
  const found = (mode: 'enforce' | 'observe' | 'exempt') =>
    ({ ...report, guard: { budget: 'unverifiedPerRange', mode } }) as const;
  assert.deepEqual(await guarded(found('enforce'), found('observe'), found('observe'), found('exempt')), [
    'gsp_otp_money_guard_total{reason="unverifiedPerRange",mode="enforce"} 1',
    'gsp_otp_money_guard_total{reason="unverifiedPerRange",mode="observe"} 2',
    'gsp_otp_money_guard_total{reason="unverifiedPerRange",mode="exempt"} 1',
  ]);
});

test('the words of a reason count for nothing, and a replay found nothing', async () => {
  const reason = 'unverifiedPerRange';
  assert.deepEqual(await guarded({ ...report, reason }, { ...report, replayed: true }), []);
});
