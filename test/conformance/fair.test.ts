import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../../conformance/checks/check.ts';
import type { ConformanceConfig } from '../../conformance/run/config.ts';
import { CouldNotRun } from '../../conformance/run/could-not-run.ts';
import type { Outcome } from '../../conformance/run/outcome.ts';
import type { Plan } from '../../conformance/run/plan.ts';
import { planConformance, type RunOptions, runConformance } from '../../conformance/run/suite.ts';
import { mistyped } from './faults/fault.ts';
import { type Fault, startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

async function examine(options: RunOptions, changes: ConformanceConfig = {}, fault?: Fault) {
  const server = await startReferenceServer({ accounts, fault });
  try {
    const { run } = await runConformance({ ...configFor(server), ...changes }, { seed: 1, ...options });
    return { run, texts: server.textCount() };
  } finally {
    await server.close();
  }
}

const told = ({ check, kind, message }: Outcome) => `${kind} ${check.id}: ${message}`;
/** Over clear text and plain HTTP there is nothing to say about these. */
const skip = ['sealing/payloads-are-sealed', 'TLS', 'transport/refuses-tls-1-3'];
const kindOf = (outcomes: readonly Outcome[], id: string) =>
  outcomes.find(({ check }) => check.id === id)?.kind;

test('a right server passes every check that can be made over plain HTTP', async () => {
  const plans: Plan[] = [];
  const { run, texts } = await examine({ skip, onPlan: (plan) => plans.push(plan) });
  const others = run.outcomes.filter(({ kind }) => kind !== 'passed');
  assert.deepEqual(others.map(told), []);
  assert.equal(run.exitCode, 0);
  assert.ok(texts <= (plans[0]?.texts ?? 0), `${texts} texts were sent, ${plans[0]?.texts} were announced`);
});

test('a right server passes with eight checks at once', async () => {
  const { run } = await examine({ skip, parallel: 8 });
  assert.deepEqual(run.outcomes.filter(({ kind }) => kind !== 'passed').map(told), []);
});

test('what was not given is not tested, and never passed', async () => {
  const server = await startReferenceServer({ accounts });
  const { run } = await runConformance({ url: server.url });
  await server.close();
  const kinds = new Set(run.outcomes.filter(({ check }) => (check.texts ?? 0) > 0).map(({ kind }) => kind));
  assert.deepEqual([...kinds], ['not-tested']);
  assert.equal(kindOf(run.outcomes, 'send-otp/closed-by-association-id'), 'not-tested');
  assert.equal(run.exitCode, 0);
});

test('without texts, what needs none of them is tested all the same', async () => {
  const server = await startReferenceServer({ accounts });
  const { sms: _, ...withoutSms } = configFor(server);
  const { run } = await runConformance(withoutSms, { only: ['send-otp', 'IDEM'] });
  await server.close();
  assert.equal(kindOf(run.outcomes, 'send-otp/known-by-phone-number'), 'passed');
  assert.equal(kindOf(run.outcomes, 'idempotency/send-retry-replays'), 'passed');
  assert.equal(kindOf(run.outcomes, 'send-otp/text-has-token'), 'not-tested');
});

test('a stumble of the examiner is its own, not the endpoint’s', async () => {
  const stumbling: Check = {
    id: 'envelope/stumbles',
    requirements: ['HDR-1'],
    level: 'MUST',
    expects: 'Nothing.',
    run: async () => {
      throw new TypeError('a mistake in the check');
    },
  };
  const { run } = await examine({ catalog: [stumbling] });
  assert.deepEqual(
    run.outcomes.map(({ kind }) => kind),
    ['broken'],
  );
  assert.equal(run.exitCode, 2);
});

test('OTP_LIMIT_REACHED in the way is told apart from a failure', async () => {
  const limited: Fault = {
    sendOtp: () => async () => ({ status: 200, message: { result: 'OTP_LIMIT_REACHED' } }),
  };
  const { run } = await examine({ only: ['send-otp/known-by', 'verify-otp/right'] }, {}, limited);
  for (const outcome of run.outcomes) {
    assert.equal(outcome.kind, 'not-tested', told(outcome));
    assert.match(outcome.message ?? '', /OTP_LIMIT_REACHED/);
  }
});

test('another subject is tried when one has reached its limit', async () => {
  const limited: Fault = {
    sendOtp: (right) =>
      async function (this: ThisParameterType<typeof right>, call, memory) {
        if (call.message.accountPhoneNumber === '+14035552000') {
          return { status: 200, message: { result: 'OTP_LIMIT_REACHED' } };
        }
        return right.call(this, call, memory);
      },
  };
  const { run } = await examine({ only: ['send-otp/known-by-phone-number'] }, {}, limited);
  assert.deepEqual(run.outcomes.map(told), ['passed send-otp/known-by-phone-number: undefined']);
});

test('a subject is not texted more often than allowed', async () => {
  const { run } = await examine({ only: ['send-otp'] }, { limits: { textsPerSubjectMax: 1 } });
  assert.equal(kindOf(run.outcomes, 'send-otp/locale-changes-no-text'), 'not-tested');
});

test('an expected failure does not fail the run, and one that passes does', async () => {
  const careless: Fault = {
    compose: (right) => (code, token, call) => right(code, mistyped(token), call),
  };
  const only = ['send-otp/text-'];
  const { run } = await examine({ only, skip: ['SMS-2'] }, {}, careless);
  const failed = run.outcomes
    .filter(({ kind }) => kind === 'failed' || kind === 'warned')
    .map(({ check }) => check.id);
  assert.deepEqual(failed, ['send-otp/text-has-token', 'send-otp/text-keeps-case-of-token']);
  assert.equal(
    (await examine({ only, skip: ['SMS-2'], expectedFailures: failed }, {}, careless)).run.exitCode,
    0,
  );
  const mended = await examine({ only, expectedFailures: failed });
  assert.equal(mended.run.exitCode, 1);
  assert.equal(kindOf(mended.run.outcomes, 'send-otp/text-has-token'), 'unexpected-pass');
});

test('an endpoint that is only just starting is waited for, and the refusals are no latency of it', async () => {
  const { port, close } = await startReferenceServer({ accounts });
  await close();
  const told: string[] = [];
  const starting: ReturnType<typeof startReferenceServer>[] = [];
  const { run } = await runConformance(
    { url: `http://127.0.0.1:${port}` },
    {
      only: ['HDR-7'],
      onWait: (message) => {
        told.push(message);
        starting.push(startReferenceServer({ accounts, port }));
      },
    },
  );
  for (const server of starting) await (await server).close();
  assert.deepEqual(told, [`nothing listens at http://127.0.0.1:${port} yet: trying for 5 s`]);
  assert.equal(run.exitCode, 0);
  // Three to make contact, and one each.
  assert.equal(run.latencies.at(-1)?.answers, 3 + run.outcomes.length);
});

test('a run that makes no sense does not begin', async () => {
  await assert.rejects(runConformance({ url: 'http://127.0.0.1:1' }), CouldNotRun);
  await assert.rejects(runConformance({ url: 'ftp://example.com' }), /no absolute http|not an absolute http/);
  await assert.rejects(
    runConformance({ url: 'http://127.0.0.1:1' }, { only: ['nonsense'] }),
    /no check is called nonsense/,
  );
  await assert.rejects(
    runConformance({ url: 'http://127.0.0.1:1' }, { expectedFailures: ['x/y'] }),
    /are no checks: x\/y/,
  );
});

test('--only takes families, check ids and requirement ids, and IDEM-1 is not IDEM-11', () => {
  const ids = (...only: string[]) => planConformance({}, { only }).checks.map(({ id }) => id);
  assert.ok(ids('IDEM').length > 10);
  assert.ok(ids('idempotency').every((id) => id.startsWith('idempotency/')));
  assert.ok(!ids('IDEM-1').includes('idempotency/right-code-succeeds-once'));
  assert.deepEqual(ids('echo/returns-cjk'), ['echo/returns-cjk']);
});

test('an endpoint is judged by its own clock, however far it is off', async () => {
  const aheadMs = 300_000;
  const ahead: Fault = {
    judgeClock: (right) => (call) => right({ ...call, arrivedAtMs: call.arrivedAtMs + aheadMs }),
    finish: (right) => (reply, call) => {
      const finished = right(reply, call);
      const responseHeader = { responseTimestamp: String(Date.now() + aheadMs) };
      return { ...finished, message: { ...finished.message, responseHeader } };
    },
    // And it is some way off, too.
    write: (right) => async (reply, request) => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return right(reply, request);
    },
  };
  const { run } = await examine({ only: ['envelope/clock'] }, {}, ahead);
  assert.deepEqual(
    run.outcomes.filter(({ kind }) => kind !== 'passed').map(({ check, kind }) => `${kind} ${check.id}`),
    ['warned envelope/clock-agrees'],
  );
  assert.equal(run.omen, undefined);
});

test('when even ordinary requests are refused, the report begins with it', async () => {
  const { run } = await examine({ only: ['HDR-7'] }, { pathStyle: 'v7' });
  assert.match(run.omen ?? '', /404 that says nothing.*pathStyle/);
  assert.equal(kindOf(run.outcomes, 'envelope/header-refuses-zero-major'), 'failed');
});
