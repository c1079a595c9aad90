import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NotTested } from '../../conformance/checks/verdicts.ts';
import { EchoPace } from '../../conformance/google/echo-pace.ts';
import { EndpointClock } from '../../conformance/google/endpoint-clock.ts';
import { Google } from '../../conformance/google/google.ts';
import { Masks } from '../../conformance/google/masks.ts';
import { checkConformanceConfig } from '../../conformance/run/config.ts';
import { parseExpectedFailures } from '../../conformance/run/expected-failures.ts';
import { readConformanceConfig } from '../../conformance/run/read-config.ts';
import { settle } from '../../conformance/run/settings.ts';
import { Mailboxes } from '../../conformance/subjects/mailbox.ts';
import { codeIn, codesIn, fitsOneSegment } from '../../conformance/subjects/sms-text.ts';
import { SubjectPool } from '../../conformance/subjects/subject-pool.ts';

test('[URL-1, URL-3] a method is found under base path and path style', () => {
  const urlOf = (url: string, pathStyle?: string) => {
    const settings = settle({ url, ...(pathStyle === undefined ? {} : { pathStyle }) });
    const world = { settings } as ConstructorParameters<typeof Google>[0];
    return new Google(world).url('sendOtp').href;
  };
  assert.equal(urlOf('https://otp.example.com'), 'https://otp.example.com/v1/sendOtp');
  assert.equal(
    urlOf('https://otp.example.com/base/', 'e-wallets-v1'),
    'https://otp.example.com/base/e-wallets-v1/sendOtp',
  );
  assert.equal(urlOf('https://otp.example.com/base', ''), 'https://otp.example.com/base/sendOtp');
});

test('echo keeps Google’s pace, but on this very machine', () => {
  assert.equal(settle({ url: 'https://otp.example.com' }).echoIntervalMs, 10_000);
  assert.equal(settle({ url: 'http://localhost:8080' }).echoIntervalMs, 0);
});

test('masks hide what they know wherever it stands, and leave longer numbers alone', () => {
  const masks = new Masks();
  masks.notePhoneNumber('+14035550100');
  masks.noteCode('150254');
  masks.noteToken('AB12345678C');
  assert.equal(
    masks.hide('{"to":"+14035550100","otp":"150254","at":"1502545413026","t":"AB12345678C"}'),
    '{"to":"+14…00","otp":"••••••","at":"1502545413026","t":"AB…(token)"}',
  );
  assert.equal(masks.hide('ab12345678c AB12345678C'), 'ab…(token) AB…(token)', 'in another case, too');
});

test('the endpoint’s clock is within what every answer allows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -100_000, max: 100_000 }),
      fc.array(fc.tuple(fc.nat(300), fc.nat(300)), { minLength: 1 }),
      (offsetMs, delays) => {
        const clock = new EndpointClock();
        let nowMs = 1_700_000_000_000;
        for (const [there, back] of delays) {
          clock.observe(nowMs + there + offsetMs, nowMs, nowMs + there + back);
          nowMs += 1000;
        }
        const { min, max } = clock.offsetMs;
        assert.ok(min <= offsetMs && offsetMs <= max, `${min} <= ${offsetMs} <= ${max}`);
      },
    ),
  );
});

test('a clock that was set meanwhile is believed anew', () => {
  const clock = new EndpointClock();
  clock.observe(1000, 1000, 1010);
  clock.observe(61_000, 2000, 2010);
  assert.ok(clock.offsetMs.min > 58_000);
});

test('[ECHO-3] echo keeps its interval and its quota', async () => {
  let nowMs = 1000;
  const time = {
    nowMs: () => nowMs,
    pause: async (durationMs: number) => {
      nowMs += durationMs;
    },
  };
  const pace = new EchoPace(10_000, 3, time);
  const sentAtMs: number[] = [];
  const send = () => pace.wait().then(() => sentAtMs.push(nowMs));
  await Promise.all([send(), send(), send(), send()]);
  assert.deepEqual(sentAtMs, [1000, 11_000, 21_000, 901_000]);
  nowMs += 60_000;
  await send();
  assert.equal(sentAtMs.at(-1), 961_000, 'who waited long enough is let through at once');
});

test('codes are told from tokens, words and longer numbers', () => {
  assert.deepEqual(codesIn('123456 is your code.\n\nAB12345678C', 'AB12345678C'), ['123456']);
  assert.deepEqual(codesIn('G-48213 or A1B2C3, not 12345678901 nor word nor 12:30', 'x'), [
    '48213',
    'A1B2C3',
  ]);
  assert.equal(codeIn('Ref 2026. Code: 99-11-22', 'x', 'Code: ([0-9-]+)'), '99-11-22');
});

test('[SMS-15] one character outside GSM-7 leaves 70 units', () => {
  assert.equal(fitsOneSegment('a'.repeat(160)), true);
  assert.equal(fitsOneSegment('a'.repeat(161)), false);
  assert.equal(fitsOneSegment('€'.repeat(81)), false);
  assert.equal(fitsOneSegment(`ó${'a'.repeat(69)}`), true);
  assert.equal(fitsOneSegment(`ó${'a'.repeat(70)}`), false);
});

test('the least texted subject is lent first, to one at a time', async () => {
  const pool = new SubjectPool([{ phoneNumber: '+11' }, { phoneNumber: '+12' }], 0, 2);
  const any = () => true;
  const first = await pool.borrow(any);
  await pool.beforeText(first);
  const second = await pool.borrow(any);
  assert.notEqual(first, second);
  const waiting = pool.borrow(any);
  pool.giveBack(first);
  assert.equal(await waiting, first);
  pool.spend(second, 'locked');
  await pool.beforeText(first);
  await assert.rejects(pool.borrow(any), NotTested);
});

test('only texts that came after the mailbox was opened count', async () => {
  const texts = ['old', 'old'];
  const boxes = new Mailboxes(async () => texts, 100, 1);
  const box = await boxes.open('+1');
  texts.push('old', 'new');
  assert.deepEqual(await boxes.arrived(box), ['old', 'new']);
});

test('a list of expected failures has ids and reasons', () => {
  assert.deepEqual(parseExpectedFailures('# none\n\nechoes/x # why\n  send-otp/y\n'), [
    'echoes/x',
    'send-otp/y',
  ]);
});

test('a wrong configuration is told by setting', () => {
  assert.throws(
    () => checkConformanceConfig({ codec: 'rot13', timing: { answerMs: -1 }, subject: {} }),
    /the configuration has no setting subject.*codec must.*timing\.answerMs must be >= 0/s,
  );
});

test('the example configuration is a right one', () => {
  const file = new URL('../../examples/conformance.yaml', import.meta.url).pathname;
  assert.equal(readConformanceConfig(file).subjects?.known?.length, 8);
});

test('an unknown or missing way to read texts is told with those there are, and nothing else', () => {
  const told = (sms: unknown) => {
    try {
      return String(checkConformanceConfig({ sms }));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const choices = 'sms.kind must be one of inbox, http, webhook, command, prompt';
  for (const sms of [{ kind: 'imap', url: 'x' }, { url: 'http://localhost/' }, 'inbox', null])
    assert.equal(told(sms), choices);
  assert.equal(told({ kind: 'http' }), 'sms must have required properties url, text');
  assert.equal(
    told({ kind: 'webhook', port: '9', to: 'a', text: 'b', x: 1 }),
    'sms has no setting x; sms.port must be integer',
  );
});

test('a setting with a few choices names them', () => {
  assert.throws(
    () => checkConformanceConfig({ codec: 'rot13' }),
    /^ConformanceConfigError: codec must be one of plain, pgp, jwe, jwe\+jws$/,
  );
});

test('a URL to read texts or to begin an outage is looked at before anything is sent', () => {
  const absolute = /^ConformanceConfigError: sms\.url must be an absolute http or https URL$/;
  for (const url of ['nourl', '/inbox', 'ftp://example.com/', 'https://']) {
    assert.throws(() => checkConformanceConfig({ sms: { kind: 'inbox', url } }), absolute);
    assert.throws(() => checkConformanceConfig({ sms: { kind: 'http', url, text: 'text' } }), absolute);
  }
  const withPassword = { kind: 'inbox', url: 'https://me:pass@example.com/' };
  assert.throws(() => checkConformanceConfig({ sms: withPassword }), /headers\.authorization$/);
  const gatewayOutage = { begin: { url: 'https://' }, end: { url: 'https://example.com' } };
  assert.throws(
    () => checkConformanceConfig({ gatewayOutage }),
    /^ConformanceConfigError: gatewayOutage\.begin\.url must be/,
  );
  for (const url of ['https://example.com/{phoneNumber}/texts', 'http://localhost:8081/?to={phoneNumber}'])
    checkConformanceConfig({ sms: { kind: 'http', url, text: 'text' } });
});
