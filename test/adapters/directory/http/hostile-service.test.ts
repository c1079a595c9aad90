import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { openDirectory } from '../../../../src/adapters/directory/http/http-directory.ts';
import { createSystemClock } from '../../../../src/adapters/system/system-clock.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { deadlineIn } from '../../../contracts/directory/directory-factory.ts';
import { type StandInAnswer, startStandIn } from '../../gateways/shared/gateway-stand-in.ts';
import { settingsFor } from './directory-under-test.ts';

const number = '+14035550123';
const soon = deadlineIn(5000);

async function open(t: TestContext, answer: StandInAnswer, timeoutMs = 3000) {
  const service = await startStandIn(t, answer);
  const settings = settingsFor(service.url, { timeoutMs, ownsAssociations: true });
  const { directory } = openDirectory(settings, 'serve', createSystemClock());
  t.after(() => directory.close());
  return { service, directory };
}

const account = { accountId: 'account-77', status: 'active', phoneNumber: number };
const nobody = { accounts: [] };
const ok = (body: unknown, headers?: Readonly<Record<string, string>>): StandInAnswer => ({
  status: 200,
  body,
  ...(headers && { headers }),
});
const typed = (type: string) => ok(nobody, { 'content-type': type });
const of = (more: object) => ok({ accounts: [{ ...account, ...more }] });
const bomb = gzipSync(Buffer.alloc(10_000_000, ' '));

const answers: readonly (readonly [what: string, answer: StandInAnswer, reason: RegExp])[] = [
  ['nothing', 'silence', /gave no whole answer: no answer by the deadline/],
  ['a byte now and then', { status: 200, body: nobody, byteEveryMs: 50 }, /no answer by the deadline/],
  ['an answer that comes late', { status: 200, body: nobody, afterMs: 5000 }, /no answer by the deadline/],
  ['the end of the connection', 'cut-before-headers', /gave no whole answer: ECONNRESET/],
  ['half an answer', 'cut-after-headers', /gave no whole answer: ECONNRESET/],
  ['a reset', 'reset-before-headers', /gave no whole answer: ECONNRESET/],
  ['a reset within the answer', 'reset-after-headers', /gave no whole answer: ECONNRESET/],
  ['what is not HTTP', 'not-http', /gave no whole answer: HPE_/],
  ['200 and more than 64 KiB', ok(`${' '.repeat(70_000)}{"accounts":[]}`), /an answer too long/],
  ...[201, 204, 400, 401, 403, 404, 405, 408, 409, 410, 413, 422, 429, 500, 502, 503, 504, 599].map(
    (status) => [`${status}, and that nobody is meant`, { status, body: nobody }, /answered \d{3}/] as const,
  ),
  [
    'a redirect',
    { status: 307, body: nobody, headers: { location: '/elsewhere' } },
    /307, and redirects are not followed/,
  ],
  ['404', { status: 404, body: 'not here' }, /answered 404: nothing is under that URL/],
  ['401', { status: 401, body: '' }, /answered 401: it does not take the credentials/],
  ['a page', ok('<html>log in</html>', { 'content-type': 'text/html' }), /a Content-Type that is not/],
  ['another charset', typed('application/json; charset=utf-16'), /a Content-Type that is not/],
  ['another kind of JSON', typed('application/problem+json'), /a Content-Type that is not/],
  ['no content type', typed(''), /a Content-Type that is not/],
  ['a bomb', ok(bomb, { 'content-encoding': 'gzip' }), /answered compressed/],
  ['a bomb that is called JSON', ok(bomb), /with JSON that is not UTF-8/],
  ['nothing at all', ok(''), /with JSON that lacks a value/],
  ['what is not JSON', ok('nobody'), /with JSON that lacks a value/],
  ['JSON with a mark before it', ok('\uFEFF{"accounts":[]}'), /with JSON that lacks a value/],
  ['JSON and more', ok('{"accounts":[]}{}'), /with JSON that goes on after its end/],
  ['bytes that are no text', ok(Buffer.from('{"accounts":["\xff"]}', 'latin1')), /that is not UTF-8/],
  ['two lists', ok('{"accounts":[],"accounts":[]}'), /a member name twice/],
  [
    'a status that was written twice',
    ok('{"accounts":[{"accountId":"a","status":"active","status":"closed"}]}'),
    /twice/,
  ],
  ['a deep list', ok('['.repeat(40)), /more than 32 levels deep/],
  ['thousands of lists', ok(`[${'[],'.repeat(3000)}[]]`), /more than 2000 members/],
  ['null', ok('null'), /a wrong body; accepted: must be object/],
  ['a list', ok([account]), /a wrong body/],
  ['no list', ok({}), /a wrong body; accepted: must have required properties accounts/],
  ['null in place of a list', ok({ accounts: null }), /a wrong accounts; accepted: must be array/],
  ['an account in place of a list', ok({ accounts: account }), /a wrong accounts/],
  ['a list of nothing', ok({ accounts: [null] }), /a wrong accounts.0; accepted: must be object/],
  [
    'an account without status',
    of({ status: undefined }),
    /a wrong accounts.0; .*required properties status/,
  ],
  [
    'an unknown status',
    of({ status: 'dormant' }),
    /a wrong accounts.0.status; accepted: active, not-eligible, closed/,
  ],
  ['a status in capitals', of({ status: 'CLOSED' }), /a wrong accounts.0.status/],
  ['a number that is no text', of({ phoneNumber: 14035550123 }), /a wrong accounts.0.phoneNumber/],
  ['a number with spaces', of({ phoneNumber: '+1 403 555 0123' }), /a wrong accounts.0.phoneNumber/],
  ['an id that is no text', of({ accountId: 77 }), /a wrong accounts.0.accountId/],
  ['an empty id', of({ accountId: '' }), /a wrong accounts.0.accountId/],
  ['an endless id', of({ accountId: 'x'.repeat(257) }), /a wrong accounts.0.accountId/],
  ['a preference in words', of({ preferred: 'true' }), /a wrong accounts.0.preferred/],
  ['a revision that is none', of({ revision: 1.5 }), /a wrong accounts.0.revision/],
  ['a revision below zero', of({ revision: -1 }), /a wrong accounts.0.revision/],
];

for (const [what, answer, reason] of answers) {
  test(`[SO-11] a directory that answers with ${what} is unavailable, and has not said that nobody is meant`, async (t) => {
    const isLate = /by the deadline/.test(reason.source);
    const { service, directory } = await open(t, answer, isLate ? 200 : undefined);
    const questions = [
      () => directory.findByPhoneNumber(new Secret(number), soon),
      () => directory.findByAssociationId('association-77', soon),
      () => directory.findByAccountId('account-77', soon),
      () => directory.check(soon),
    ];
    const settled = await Promise.allSettled(questions.map((ask) => ask()));
    for (const outcome of settled) {
      assert.equal(outcome.status, 'rejected', inspect(outcome));
      assert.equal(outcome.reason.name, 'UnavailableError');
      assert.match(outcome.reason.message, reason);
      assert.doesNotMatch(inspect(outcome.reason), /5550123|(association|account)-77|dormant|CLOSED/);
    }
    // A number or an id stands in the body, and nowhere else.
    for (const { method, path, headers } of service.requests) {
      assert.deepEqual([method, path], ['POST', '/lookup']);
      assert.doesNotMatch(inspect(headers), /5550123|-77/);
    }
  });
}

test('[SO-11] an answer about somebody else than was asked for sends no code to him', async (t) => {
  const others = { accounts: [{ ...account, accountId: 'account-78', phoneNumber: '+14035550124' }] };
  const { service, directory } = await open(t, ok(others));
  const about = (by: string) => ({
    name: 'UnavailableError',
    message: `the account directory answered with an account of another ${by} than it was asked for`,
  });
  await assert.rejects(directory.findByPhoneNumber(new Secret(number), soon), about('phoneNumber'));
  await assert.rejects(directory.findByAccountId('account-77', soon), about('accountId'));
  // A number is asked for, so an account without one is somebody else's.
  service.answer = of({ phoneNumber: null });
  await assert.rejects(directory.findByPhoneNumber(new Secret(number), soon), about('phoneNumber'));
});

test('[FLOW-2] several accounts of one id are a fault', async (t) => {
  const { directory } = await open(t, ok({ accounts: [account, account] }));
  const fault = /answered with several accounts of one/;
  await assert.rejects(directory.findByAssociationId('association-77', soon), fault);
  await assert.rejects(directory.findByAccountId('account-77', soon), fault);
});

test('a result of an association that is none is a fault, and not taken for done', async (t) => {
  const { service, directory } = await open(t, ok({ result: 'ok' }));
  const { associations } = directory;
  assert.ok(associations);
  const association = { accountId: 'account-77', associationId: 'association-77', attempt: 'request-1' };
  const fault = /^the account directory answered with a wrong result; accepted: /;
  await assert.rejects(associations.associate(association, soon), { message: fault });
  await assert.rejects(associations.dissociate('association-77', soon), { message: fault });
  service.answer = { status: 404, body: { result: 'unknown-account' } };
  await assert.rejects(associations.associate(association, soon), /answered 404/);
});

test('members that are null are as good as absent, and unknown ones are ignored', async (t) => {
  const empty = { phoneNumber: null, language: null, preferred: null, revision: null, segment: 'gold' };
  const { directory } = await open(
    t,
    ok(
      { accounts: [{ ...account, ...empty }], took: 3 },
      { 'content-type': 'Application/JSON;charset="UTF-8"' },
    ),
  );
  assert.deepEqual(await directory.findByAccountId('account-77', soon), {
    accountId: 'account-77',
    status: 'active',
    phoneNumber: undefined,
    language: undefined,
  });
});
