import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFailoverGateway, isRouted } from '../../../../src/adapters/gateways/failover/failover.ts';
import type { Route } from '../../../../src/adapters/gateways/failover/routes.ts';
import { createHttpGateway } from '../../../../src/adapters/gateways/shared/http-gateway.ts';
import { createSystemClock } from '../../../../src/adapters/system/system-clock.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { createDeadline } from '../../../../src/ports/deadline.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { deadlineAfter, smsGatewayContract } from '../../../contracts/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { startBlackHole } from '../shared/black-hole.ts';
import { exampleMessage, startStandIn } from '../shared/gateway-stand-in.ts';
import { accepted, refused, type Script, scripted, unknown } from '../shared/scripted-gateway.ts';

/** Answers nothing until it is told to stop. */
const silent =
  (gateway: string): Script =>
  ({ signal }) =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve({ kind: 'unknown', gateway, detail: 'no answer' })),
    );

function failover(
  gateways: readonly SmsGateway[],
  afterUnknown = false,
  clock: Clock = createSystemClock(),
  routes: readonly Route[] = [],
) {
  return createFailoverGateway({
    name: 'failover',
    gateways,
    routes,
    afterUnknown,
    attemptMsMin: 200,
    clock,
  });
}

const send = (gateway: SmsGateway, withinMs = 2000) => gateway.send(exampleMessage, deadlineAfter(withinMs));

smsGatewayContract('Failover', (behaviour) => {
  const scripts = {
    accept: accepted('first'),
    refuse: refused('first', 'quota'),
    silence: silent('first'),
  };
  const second = scripted('second', refused('second', 'gateway-down'));
  return { gateway: failover([scripted('first', scripts[behaviour]), second]), secrets: [] };
});

for (const reason of [
  'gateway-down',
  'quota',
  'credentials',
  'sender-not-allowed',
  'recipient-limit',
  'throttled',
  'unexplained',
] as const) {
  test(`[OPS-2] after ${reason} the next gateway is asked, and named`, async () => {
    const second = scripted('second', accepted('second'));
    const delivery = await send(failover([scripted('first', refused('first', reason)), second]));
    assert.deepEqual(delivery, { kind: 'accepted', gateway: 'second', messageId: 'second-1' });
  });
}

for (const reason of ['invalid-number', 'blocked', 'content'] as const) {
  test(`[OQ-74] after ${reason} nobody else is asked`, async () => {
    const second = scripted('second', accepted('second'));
    const delivery = await send(failover([scripted('first', refused('first', reason)), second]));
    assert.equal(delivery.kind === 'refused' && delivery.reason, reason);
    assert.equal(second.asked, 0);
  });
}

test('[OQ-28] after an unknown outcome nobody else is asked', async () => {
  const second = scripted('second', accepted('second'));
  const delivery = await send(failover([scripted('first', unknown('first')), second]));
  assert.deepEqual(delivery, { kind: 'unknown', gateway: 'first', detail: 'cut off' });
  assert.equal(second.asked, 0);
});

test('[OQ-28] if so set, the next one is asked after silence, in time kept back for it', async () => {
  const clock = new TestClock();
  const second = scripted('second', accepted('second'));
  const gateway = failover([scripted('first', silent('first')), second], true, clock);
  const sending = gateway.send(exampleMessage, createDeadline(clock, 500));
  assert.equal(second.asked, 0);
  // 200 ms are kept for the second one.
  clock.pass(300);
  const delivery = await sending;
  assert.equal(delivery.kind === 'accepted' && delivery.gateway, 'second');
});

test('[OQ-28] an unknown outcome is not turned into a refusal by the next one', async () => {
  const second = scripted('second', refused('second', 'quota'));
  const delivery = await send(failover([scripted('first', unknown('first')), second], true));
  assert.deepEqual(delivery, { kind: 'unknown', gateway: 'first', detail: 'cut off; second quota' });
});

test('[OPS-2] without time for another attempt the first answer stands', async () => {
  const slow = scripted('first', async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return refused('first', 'gateway-down')(deadlineAfter(1));
  });
  const second = scripted('second', accepted('second'));
  const delivery = await send(failover([slow, second]), 220);
  assert.equal(delivery.gateway, 'first');
  assert.equal(second.asked, 0);
});

test('when all refuse, the last one answers and the others are told', async () => {
  const gateways = [
    scripted('first', refused('first', 'gateway-down')),
    scripted('second', refused('second', 'quota')),
  ];
  assert.deepEqual(await send(failover(gateways)), {
    kind: 'refused',
    gateway: 'second',
    reason: 'quota',
    detail: 'code 1; first gateway-down',
  });
});

test('a gateway that throws against its contract is unknown', async () => {
  const broken = scripted('first', () => Promise.reject(new TypeError('secret')));
  assert.deepEqual(await send(failover([broken])), {
    kind: 'unknown',
    gateway: 'first',
    detail: 'TypeError',
  });
});

const by = (gateway: SmsGateway, number: string, reference: string) =>
  gateway.send({ ...exampleMessage, to: new Secret(number), reference }, deadlineAfter(2000));

test('a number is served by the gateways of its route, in order', async () => {
  const gateways = ['a', 'b', 'c'].map((name) => scripted(name, refused(name, 'gateway-down')));
  const routes = [{ prefixes: ['+1', '+44'], gateways: ['c', 'a'] }];
  const gateway = failover(gateways, false, createSystemClock(), routes);
  const asked = () => gateways.map((one) => one.asked);
  const delivery = await by(gateway, '+14035550123', 'first');
  assert.equal(delivery.kind === 'refused' && delivery.detail, 'code 1; c gateway-down');
  assert.deepEqual(asked(), [1, 0, 1]);
  await by(gateway, '+4915550123', 'second');
  assert.deepEqual(asked(), [2, 1, 2], 'a number without a route is served by all');
});

test('[OQ-28] a weighted route sends the same reference to the same gateway again, and others to others', async () => {
  const gateways = ['a', 'b'].map((name) => scripted(name, accepted(name)));
  const routes = [{ prefixes: ['+'], gateways: ['a', 'b'], weights: [1, 1] }];
  const gateway = failover(gateways, false, createSystemClock(), routes);
  const served = new Set<string>();
  for (let text = 0; text < 20; text += 1) {
    const first = await by(gateway, '+14035550123', `reference-${text}`);
    assert.deepEqual(await by(gateway, '+14035550123', `reference-${text}`), first);
    served.add(first.gateway);
  }
  assert.deepEqual(served, new Set(['a', 'b']));
});

test('the members and how they do can be read', async () => {
  const clock = new TestClock();
  const startedMs = clock.steadyMs();
  const gateways = [
    scripted('first', refused('first', 'gateway-down')),
    scripted('second', accepted('second')),
  ];
  const gateway: SmsGateway = failover(gateways, false, clock);
  assert.ok(isRouted(gateway));
  assert.equal(isRouted(gateways[0] ?? gateway), false);
  assert.deepEqual(gateway.members, gateways);
  clock.pass(1000);
  for (let text = 0; text < 5; text += 1) await send(gateway);
  assert.deepEqual(gateway.health(), [
    { gateway: 'first', state: 'open', sinceMs: startedMs + 1000 },
    { gateway: 'second', state: 'closed', sinceMs: startedMs },
  ]);
});

test('when every gateway rests, the text is refused at once', async () => {
  const first = scripted('first', refused('first', 'gateway-down'));
  const gateway = failover([first]);
  for (let text = 0; text < 10; text += 1) await send(gateway);
  assert.deepEqual(await send(gateway), {
    kind: 'refused',
    gateway: 'failover',
    reason: 'gateway-down',
    detail: 'every gateway rests after failures',
  });
});

test('[OPS-2] after a gateway that can not be reached there is time for the next one', async (t) => {
  const unreached = await startBlackHole(t);
  const { url } = await startStandIn(t, { status: 200, body: '' });
  const overHttp = (name: string, baseUrl: string) =>
    createHttpGateway({
      link: {},
      urls: [],
      name,
      write: () => ({ verb: 'POST', url: baseUrl, headers: {}, body: '' }),
      read: () => ({ kind: 'accepted', messageId: 'one' }),
    });
  const delivery = await send(failover([overHttp('first', unreached), overHttp('second', url)]), 1500);
  assert.deepEqual(delivery, { kind: 'accepted', gateway: 'second', messageId: 'one' });
});
