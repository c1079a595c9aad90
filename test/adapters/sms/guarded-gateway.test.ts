import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { guardGateway } from '../../../src/adapters/sms/guarded-gateway.ts';
import { createDeadline } from '../../../src/domain/deadline.ts';
import type { Delivery, RefusalReason } from '../../../src/ports/sms-gateway.ts';
import { TestClock } from '../../system/test-clock.ts';
import { exampleMessage } from './gateway-stand-in.ts';
import { accepted, refused, type Script, scripted, unknown } from './scripted-gateway.ts';

const BUDGET_MS = 2200;

function guarded(script: Script, clock = new TestClock()) {
  const gateway = scripted('first', script);
  const guard = guardGateway(gateway, clock);
  const attempt = () => guard.attempt(exampleMessage, createDeadline(clock, BUDGET_MS));
  return { clock, gateway, guard, attempt };
}

/** Texts at a steady pace, until the gateway is in a state; how long that took. */
async function msUntil(
  state: 'open' | 'closed',
  { clock, guard, attempt }: ReturnType<typeof guarded>,
  everyMs: number,
): Promise<number> {
  const startedMs = clock.steadyMs();
  while (guard.health.state !== state) {
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
    const under = guarded(accepted('first'));
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
  const under = guarded(refused('first', 'gateway-down'));
  await msUntil('open', under, 100);
  under.clock.pass(5000);
  under.gateway.script = ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve({ kind: 'unknown', gateway: 'first', detail: 'late' }));
    });
  const tried = under.attempt();
  assert.equal(under.guard.health.state, 'half-open');
  // It works again just now, which the running try can't find out any more.
  under.gateway.script = accepted('first');
  under.clock.pass(BUDGET_MS);
  await tried;
  assert.equal(under.guard.health.state, 'open');
  assert.ok((await msUntil('closed', under, 100)) + BUDGET_MS < 10_000);
});

test('a gateway that keeps failing rests, and one text tries it again', async () => {
  const { clock, gateway, guard, attempt } = guarded(refused('first', 'gateway-down'));
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
  assert.deepEqual(guard.health, { gateway: 'first', state: 'half-open', sinceMs: clock.steadyMs() });
  answer.resolve({ kind: 'accepted', gateway: 'first', messageId: undefined });
  assert.equal((await trial)?.kind, 'accepted');
  assert.equal(guard.health.state, 'closed');
});

test('a gateway that never answers its trial is tried again', async () => {
  const { clock, gateway, guard, attempt } = guarded(refused('first', 'gateway-down'));
  for (let text = 0; text < 5; text += 1) await attempt();
  clock.pass(5000);
  gateway.script = () => new Promise(() => {});
  const trial = attempt();
  clock.pass(BUDGET_MS + 5000);
  // Not awaited alone: it would be for ever.
  const outcome = await Promise.race([trial, setImmediate('still waiting')]);
  assert.deepEqual(outcome, { kind: 'unknown', gateway: 'first', detail: 'no answer' });
  assert.equal(guard.health.state, 'open');
  clock.pass(5000);
  gateway.script = accepted('first');
  assert.equal((await attempt())?.kind, 'accepted');
});

for (const reason of [
  'invalid-number',
  'blocked',
  'content',
  'sender-not-allowed',
] satisfies RefusalReason[]) {
  test(`${reason} is a no to one text, and does not count against the gateway`, async () => {
    const { gateway, guard, attempt } = guarded(refused('first', reason));
    for (let text = 0; text < 20; text += 1) await attempt();
    assert.equal(gateway.asked, 20);
    assert.equal(guard.health.state, 'closed');
  });
}

for (const reason of ['gateway-down', 'quota', 'credentials'] satisfies RefusalReason[]) {
  test(`${reason} counts against the gateway`, async () => {
    const { gateway, attempt } = guarded(refused('first', reason));
    for (let text = 0; text < 20; text += 1) await attempt();
    assert.equal(gateway.asked, 5);
  });
}

test('four failures are too few to rest, and a failure now and then is no reason', async () => {
  const { gateway, guard, attempt } = guarded(unknown('first'));
  for (let text = 0; text < 4; text += 1) await attempt();
  gateway.script = accepted('first');
  for (let text = 0; text < 6; text += 1) await attempt();
  for (let text = 0; text < 50; text += 1) {
    gateway.script = text % 3 === 0 ? unknown('first') : accepted('first');
    await attempt();
  }
  assert.equal(guard.health.state, 'closed');
});
