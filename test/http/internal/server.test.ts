import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createSystemEntropy } from '../../../src/adapters/system/system-entropy.ts';
import { digestOf } from '../../../src/http/internal/authentication.ts';
import { createInternalServer } from '../../../src/http/internal/server.ts';
import type { InternalReport, Performers } from '../../../src/methods/internal/call.ts';
import { OPERATION_NAMES } from '../../../src/methods/internal/operations.ts';
import { TestClock } from '../../support/test-clock.ts';
import { until } from '../../support/until.ts';
import { watching } from '../watching.ts';

const token = 'a-token-that-is-known-to-this-test-alone';

/** The listener before performers of the test's own. */
async function serve(t: TestContext, revokeCodes: Performers['revokeCodes']) {
  const clock = new TestClock();
  const reports: InternalReport[] = [];
  const none = () => Promise.reject(new Error('nobody asks'));
  const others = Object.fromEntries(OPERATION_NAMES.map((name) => [name, none])) as unknown as Performers;
  const server = createInternalServer({
    version: '1.0.0',
    performers: { ...others, revokeCodes },
    clock,
    entropy: createSystemEntropy(),
    budgetMs: 1000,
    report: (report) => void reports.push(report),
    access: () => ({
      callers: ['one', 'other'].map((name) => ({
        name,
        scopes: new Set(['revoke' as const]),
        proof: { kind: 'token', digest: digestOf(`${name} ${token}`) },
      })),
      clients: undefined,
    }),
    tls: undefined,
    hostNames: [],
    watch: watching(undefined, undefined, clock),
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  const { port } = server.server.address() as AddressInfo;
  const ask = async (caller = 'one') => {
    const response = await fetch(`http://127.0.0.1:${port}/internal/v1/code-revocations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller} ${token}`, 'content-type': 'application/json' },
      body: '{"accountId":"a"}',
    });
    const { type } = (await response.json()) as { readonly type?: string };
    return { status: response.status, type: type?.replace('urn:problem-type:gsp-otp:', '') };
  };
  return { ask, clock, reports };
}

test('a call that is not done by its deadline is answered 503', async (t) => {
  const { ask, clock, reports } = await serve(t, () => new Promise(() => undefined));
  const asked = ask();
  await until(() => clock.waiting > 0);
  clock.pass(1000);
  assert.deepEqual(await asked, { status: 503, type: 'unavailable' });
  assert.deepEqual([reports[0]?.status, reports[0]?.durationMs], [503, 1000]);
});

test('what nobody expected is answered 500, and what was thrown is told of', async (t) => {
  const { ask, reports } = await serve(t, async () => {
    throw new RangeError('of no use to a caller');
  });
  assert.deepEqual(await ask(), { status: 500, type: 'bug' });
  assert.equal(reports[0]?.cause?.message, 'of no use to a caller');
});

test('a caller with too many calls at once is answered 429, and another one is served', async (t) => {
  const release: (() => void)[] = [];
  const { ask } = await serve(t, async () => {
    await new Promise<void>((resolve) => release.push(resolve));
    return { endedCodes: 0 };
  });
  const asked = Array.from({ length: 128 }, () => ask());
  await until(() => release.length === 128);
  assert.deepEqual(await ask(), { status: 429, type: 'too-many-calls' });
  const other = ask('other');
  await until(() => release.length === 129);
  for (const each of release) each();
  const answers = await Promise.all([...asked, other]);
  assert.ok(answers.every(({ status }) => status === 200));
});
