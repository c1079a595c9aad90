import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReportFormat, type ReportSource, reportFormats } from '../../conformance/reports/report.ts';
import { writeReport } from '../../conformance/reports/write-report.ts';
import { runConformance } from '../../conformance/run/suite.ts';
import { type Fault, startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

/** What commands a terminal, hides, or turns the reading direction. */
const HOSTILE = '\u001b]52;c;Zm9v\u0007\u009b31m\u202e\u2028\u200b\u{e0041}\u007f';

/** Sends the text without its token, repeats the phone number in errors, and has an answer that looks like markup. */
const faults: Fault = {
  compose: () => (code) => `${code} is your code.`,
  finish: (right) => (reply, call) => {
    const finished = right(reply, call);
    if (reply.status === 200) return finished;
    const errorDescription = `<script>alert('${String(call.message.accountPhoneNumber)}')</script> ]]> \u0001${HOSTILE}`;
    return { ...finished, message: { ...finished.message, errorDescription } };
  },
};

const only = [
  'send-otp/known',
  'send-otp/text-has-token',
  'send-otp/refuses-two',
  'envelope/error-hides-phone',
  'send-otp/closed-by',
];

async function examine(): Promise<ReportSource> {
  const server = await startReferenceServer({ accounts, fault: faults });
  const { subjects: { closed: _, ...subjects } = {}, ...config } = configFor(server);
  const result = await runConformance({ ...config, subjects }, { only, seed: 1 });
  await server.close();
  return result;
}

const source = await examine();
const report = (format: ReportFormat, masked = true) =>
  writeReport(format, masked ? source : { ...source, masks: undefined });

test('no report shows a phone number, a token or a code unless it is told to', () => {
  for (const format of reportFormats) {
    assert.doesNotMatch(report(format), /\+14035552/, format);
    assert.doesNotMatch(report(format), /\d{6} is your code/, format);
  }
  assert.match(report('text', false), /\+14035552\d{3}/);
});

test('the text says what was expected, what was observed, and what was not tested and why', () => {
  const text = report('text');
  assert.match(text, /FAIL {2}send-otp\/text-has-token {2}\(MUST: SMS-1, SO-4\)/);
  assert.match(text, /expected: Copies the smsMatchingToken verbatim into the text\./);
  assert.match(text, /observed: the token is not in the text/);
  assert.match(text, /→ POST \/v1\/sendOtp/);
  assert.match(text, /needs subjects\.closed\.associationId:\n {4}send-otp\/closed-by-association-id/);
  assert.match(text, /FAILED: /);
  assert.match(text, /latency in ms/);
});

test('the JSON has every check with its requirement ids', () => {
  const parsed = JSON.parse(report('json'));
  assert.equal(parsed.exitCode, 1);
  assert.equal(parsed.checks.length, source.run.outcomes.length);
  const failed = parsed.checks.find(({ id }: { id: string }) => id === 'send-otp/text-has-token');
  assert.deepEqual(failed.requirements, ['SMS-1', 'SO-4']);
  assert.equal(failed.outcome, 'failed');
  assert.ok(failed.transcript.length > 3);
});

test('JUnit counts failures and skipped ones, and escapes what answers bring', () => {
  const xml = report('junit');
  const counts = /<testsuite name="send-otp" tests="(\d+)" failures="(\d+)" errors="0" skipped="(\d+)"/.exec(
    xml,
  );
  assert.deepEqual(counts?.slice(1).map(Number), [8, 2, 2]);
  assert.doesNotMatch(xml, /<script>/);
  assert.equal(xml.includes('\u0001'), false);
  assert.equal(xml.match(/<testcase /g)?.length, source.run.outcomes.length);
});

test('no report holds anything that commands a terminal or can’t be seen', () => {
  for (const format of reportFormats) {
    const text = report(format).replaceAll('\n', '');
    assert.doesNotMatch(text, /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u, format);
    assert.match(text, /u001b\]52;c;Zm9v/, format);
  }
});

test('no line of the text is one that a name, an answer or a number forged', () => {
  const forged = `x\nFORGED: sound${'y'.repeat(10_000)}`;
  const outcomes = source.run.outcomes.map((outcome) => ({
    ...outcome,
    message: forged,
    transcript: outcome.transcript.map((entry) =>
      'text' in entry ? { ...entry, to: forged } : { ...entry, answer: undefined, fault: forged },
    ),
  }));
  const run = { ...source.run, url: forged, textsFrom: forged, omen: forged, outcomes };
  const text = writeReport('text', { run, masks: undefined });
  assert.match(text, /FORGED/);
  assert.doesNotMatch(text, /^\s*FORGED/m);
  assert.ok(Math.max(...text.split('\n').map(({ length }) => length)) < 3000);
});

test('the HTML needs nothing else, and runs no script that an answer brings', () => {
  const html = report('html');
  assert.doesNotMatch(html, /(src|href)=/);
  assert.doesNotMatch(html, /<script>alert/);
  assert.match(html, /<summary><b class="failed">failed<\/b> <code>send-otp\/text-has-token<\/code>/);
  assert.equal(html.match(/<details /g)?.length, source.run.outcomes.length);
});
