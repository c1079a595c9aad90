import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { restingGateway } from '../../../../src/adapters/gateways/failover/resting.ts';
import { createDeadline } from '../../../../src/ports/deadline.ts';
import type { Delivery, RefusalReason } from '../../../../src/ports/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { exampleMessage } from '../shared/gateway-stand-in.ts';
import { accepted, refused, type Script, scripted, unknown } from '../shared/scripted-gateway.ts';

const BUDGET_MS = 2200;

function underTest(script: Script, clock = new TestClock()) {
  const gateway = scripted('first', script);
  const resting = restingGateway(gateway, clock);
  const attempt = () => resting.attempt(exampleMessage, createDeadline(clock, BUDGET_MS));
  return { clock, gateway, resting, attempt };
}

/** Texts at a steady pace, until the gateway is in a state; how long that took. */
async function msUntil(
  state: 'open' | 'closed',
  { clock, resting, attempt }: ReturnType<typeof underTest>,
  everyMs: number,
): Promise<number> {
  const startedMs = clock.steadyMs();
  while (resting.health.state !== state) {
    clock.pass(everyMs);
    await attempt();
    assert.ok(clock.steadyMs() - startedMs < 60_000, `never ${state}`);
  }
  return clock.steadyMs() - startedMs;
}

/** Every other text goes wrong. */
const half = (wrong: Script): Script => {
  let texts = 0;
  return (deadline) => {
    texts += 1;
    return texts % 2 === 0 ? accepted('first')(deadline) : wrong(deadline);
  };
};

for (const [what, script] of [
  ['refuses every other text', half(refused('first', 'gateway-down'))],
  ['breaks off every other connection', half(unknown('first'))],
  ['is down', refused('first', 'gateway-down')],
] as const) {
  test(`a gateway that ${what} rests within 2 s, and is back within 10 s after it works again`, async () => {
    // Ten texts a second, a minute of them without fault before.
    const under = underTest(accepted('first'));
    for (let text = 0; text < 600; text += 1) {
      under.clock.pass(100);
      await under.attempt();
    }
    under.gateway.script = script;
    const openedMs = await msUntil('open', under, 100);
    assert.ok(openedMs < 2000, `rested after ${openedMs} ms`);

    under.clock.pass(600_000);
    await under.attempt();
    under.gateway.script = accepted('first');
    const closedMs = await msUntil('closed', under, 100);
    assert.ok(closedMs < 10_000, `back after ${closedMs} ms`);
  });
}

test('a try that fails late still leaves a gateway back within 10 s after it works again', async () => {
  const under = underTest(refused('first', 'gateway-down'));
  await msUntil('open', under, 100);
  under.clock.pass(5000);
  under.gateway.script = ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve({ kind: 'unknown', gateway: 'first', detail: 'late' }));
    });
  const tried = under.attempt();
  assert.equal(under.resting.health.state, 'half-open');
  // It works again just now, which the running try can't find out any more.
  under.gateway.script = accepted('first');
  under.clock.pass(BUDGET_MS);
  await tried;
  assert.equal(under.resting.health.state, 'open');
  assert.ok((await msUntil('closed', under, 100)) + BUDGET_MS < 10_000);
});

test('a gateway that keeps failing rests, and one text tries it again', async () => {
  const { clock, gateway, resting, attempt } = underTest(refused('first', 'gateway-down'));
  for (let text = 0; text < 10; text += 1) await attempt();
  assert.equal(gateway.asked, 5);
  clock.pass(4999);
  assert.equal(await attempt(), undefined);

  clock.pass(1);
  const answer = Promise.withResolvers<Delivery>();
  gateway.script = () => answer.promise;
  const trial = attempt();
  // While one text tries it, others go past it.
  assert.equal(await attempt(), undefined);
  assert.equal(gateway.asked, 6);
  assert.deepEqual(resting.health, { gateway: 'first', state: 'half-open', sinceMs: clock.steadyMs() });
  answer.resolve({ kind: 'accepted', gateway: 'first', messageId: undefined });
  assert.equal((await trial)?.kind, 'accepted');
  assert.equal(resting.health.state, 'closed');
});

/** Of a budget, after which a text without an answer counts as failed. */
const STALLED_MS = 0.6 * BUDGET_MS;

/** A gateway that takes connections and answers when the test says so: `answers` has one entry a text. */
function stalling() {
  const answers: PromiseWithResolvers<Delivery>[] = [];
  const script: Script = () => {
    const answer = Promise.withResolvers<Delivery>();
    answers.push(answer);
    return answer.promise;
  };
  return { answers, script };
}

/** Not awaited alone: what never comes would be waited for for ever. */
const soon = (running: Promise<Delivery | undefined>) =>
  Promise.race([running, setImmediate('no answer yet')]);

test('a gateway that stalls rests while its texts are still without an answer, and a late yes is told', async () => {
  const { answers, script } = stalling();
  const { clock, resting, attempt } = underTest(script);
  const running = [0, 1, 2, 3, 4].map(attempt);
  clock.pass(STALLED_MS - 1);
  await setImmediate();
  assert.equal(resting.health.state, 'closed');
  clock.pass(1);
  await setImmediate();
  assert.equal(resting.health.state, 'open');
  assert.equal(await attempt(), undefined);

  const late: Delivery = { kind: 'accepted', gateway: 'first', messageId: 'late' };
  for (const text of running) assert.equal(await soon(text), 'no answer yet');
  for (const answer of answers) answer.resolve(late);
  assert.deepEqual(await Promise.all(running), Array(5).fill(late));
  assert.equal(resting.health.state, 'open');
});

test('a gateway that is asked late is not said to stall before half a second', async () => {
  const { answers, script } = stalling();
  const { clock, resting } = underTest(script);
  const late = () => resting.attempt(exampleMessage, createDeadline(clock, 600));
  const answered = [0, 1, 2, 3, 4].map(late);
  clock.pass(499);
  await setImmediate();
  assert.equal(resting.health.state, 'closed');
  for (const answer of answers) answer.resolve({ kind: 'accepted', gateway: 'first', messageId: undefined });
  await Promise.all(answered);
  // Ten texts are looked at, half of which were answered.
  for (let text = 0; text < 5; text += 1) void late();
  clock.pass(499);
  await setImmediate();
  assert.equal(resting.health.state, 'closed');
  clock.pass(1);
  await setImmediate();
  assert.equal(resting.health.state, 'open');
});

test('a gateway that stalls under load rests within 2 s', async () => {
  const { clock, gateway, resting, attempt } = underTest(accepted('first'));
  for (let text = 0; text < 20; text += 1) await attempt();
  const startedMs = clock.steadyMs();
  gateway.script = stalling().script;
  while (resting.health.state !== 'open') {
    void attempt();
    clock.pass(100);
    await setImmediate();
    assert.ok(clock.steadyMs() - startedMs < 2000, 'it does not rest yet');
  }
});

test('a text that stalls counts once, whatever becomes of it', async () => {
  const { answers, script } = stalling();
  const { clock, resting, attempt } = underTest(script);
  const running = [0, 1, 2, 3].map(attempt);
  clock.pass(STALLED_MS);
  for (const answer of answers) answer.resolve({ kind: 'unknown', gateway: 'first', detail: 'cut off' });
  await Promise.all(running);
  assert.equal(resting.health.state, 'closed', 'four are too few to rest');
});

test('a text that is answered in time counts by its answer alone, and leaves nothing waiting', async () => {
  const { answers, script } = stalling();
  const { clock, resting, attempt } = underTest(script);
  const running = [0, 1, 2, 3, 4].map(attempt);
  clock.pass(STALLED_MS - 1);
  for (const answer of answers) answer.resolve({ kind: 'accepted', gateway: 'first', messageId: undefined });
  await Promise.all(running);
  assert.equal(clock.waiting, 0);
  clock.pass(1);
  await setImmediate();
  assert.equal(resting.health.state, 'closed');
});

test('a trial that stalls begins another rest at that moment', async () => {
  const { clock, gateway, resting, attempt } = underTest(refused('first', 'gateway-down'));
  for (let text = 0; text < 5; text += 1) await attempt();
  clock.pass(5000);
  const { answers, script } = stalling();
  gateway.script = script;
  const trial = attempt();
  clock.pass(STALLED_MS - 1);
  await setImmediate();
  assert.equal(resting.health.state, 'half-open');
  clock.pass(1);
  assert.equal(await soon(trial), 'no answer yet');
  const sinceMs = clock.steadyMs();
  assert.deepEqual(resting.health, { gateway: 'first', state: 'open', sinceMs });

  clock.pass(500);
  answers[0]?.resolve({ kind: 'accepted', gateway: 'first', messageId: 'late' });
  assert.equal((await trial)?.kind, 'accepted');
  // A yes that took so long is no reason to send more texts there.
  assert.deepEqual(resting.health, { gateway: 'first', state: 'open', sinceMs });
  clock.pass(4499);
  assert.equal(await attempt(), undefined);
  clock.pass(1);
  gateway.script = accepted('first');
  assert.equal((await attempt())?.kind, 'accepted');
  assert.equal(resting.health.state, 'closed');
});

for (const reason of [
  'invalid-number',
  'blocked',
  'content',
  'sender-not-allowed',
  'recipient-limit',
  'throttled',
  'unexplained',
] satisfies RefusalReason[]) {
  test(`[OQ-74] ${reason} is a no to one text, and does not count against the gateway`, async () => {
    const { gateway, resting, attempt } = underTest(refused('first', reason));
    for (let text = 0; text < 20; text += 1) await attempt();
    assert.equal(gateway.asked, 20);
    assert.equal(resting.health.state, 'closed');
  });
}

for (const reason of ['gateway-down', 'quota', 'credentials'] satisfies RefusalReason[]) {
  test(`${reason} counts against the gateway`, async () => {
    const { gateway, attempt } = underTest(refused('first', reason));
    for (let text = 0; text < 20; text += 1) await attempt();
    assert.equal(gateway.asked, 5);
  });
}

test('four failures are too few to rest, and a failure now and then is no reason', async () => {
  const { gateway, resting, attempt } = underTest(unknown('first'));
  for (let text = 0; text < 4; text += 1) await attempt();
  gateway.script = accepted('first');
  for (let text = 0; text < 6; text += 1) await attempt();
  for (let text = 0; text < 50; text += 1) {
    gateway.script = text % 3 === 0 ? unknown('first') : accepted('first');
    await attempt();
  }
  assert.equal(resting.health.state, 'closed');
});
