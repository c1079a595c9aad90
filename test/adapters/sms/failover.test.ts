import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFailoverGateway } from '../../../src/adapters/sms/failover.ts';
import { createSystemClock } from '../../../src/adapters/system/system-clock.ts';
import { createDeadline } from '../../../src/domain/deadline.ts';
import type { Clock, Deadline } from '../../../src/ports/clock.ts';
import type { Delivery, RefusalReason, SmsGateway } from '../../../src/ports/sms-gateway.ts';
import { deadlineAfter, smsGatewayContract } from '../../contracts/sms-gateway.ts';
import { TestClock } from '../../system/test-clock.ts';
import { exampleMessage } from './gateway-stand-in.ts';

type Script = (deadline: Deadline) => Delivery | Promise<Delivery>;

interface Scripted extends SmsGateway {
  script: Script;
  asked: number;
}

/** A gateway that does what the test says. */
function scripted(name: string, script: Script): Scripted {
  return {
    name,
    script,
    asked: 0,
    async send(_message, deadline) {
      this.asked += 1;
      return this.script(deadline);
    },
    async close() {},
  };
}

const accepted =
  (gateway: string): Script =>
  () => ({ kind: 'accepted', gateway, messageId: `${gateway}-1` });
const refused =
  (gateway: string, reason: RefusalReason): Script =>
  () => ({ kind: 'refused', gateway, reason, detail: 'code 1' });
const unknown =
  (gateway: string): Script =>
  () => ({ kind: 'unknown', gateway, detail: 'cut off' });
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
): SmsGateway {
  return createFailoverGateway({
    name: 'failover',
    gateways,
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

for (const reason of ['gateway-down', 'quota', 'credentials', 'sender-not-allowed'] as const) {
  test(`[OPS-2] after ${reason} the next gateway is asked, and named`, async () => {
    const second = scripted('second', accepted('second'));
    const delivery = await send(failover([scripted('first', refused('first', reason)), second]));
    assert.deepEqual(delivery, { kind: 'accepted', gateway: 'second', messageId: 'second-1' });
  });
}

for (const reason of ['invalid-number', 'blocked', 'content'] as const) {
  test(`after ${reason} nobody else is asked`, async () => {
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

test('a gateway that keeps failing rests, and one text tries it again', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const first = scripted('first', refused('first', 'gateway-down'));
  const second = scripted('second', accepted('second'));
  const gateway = failover([first, second]);
  for (let text = 0; text < 10; text += 1) await send(gateway);
  const askedBefore = first.asked;
  assert.ok(askedBefore < 10, `asked ${askedBefore} times`);
  await send(gateway);
  assert.equal(first.asked, askedBefore);

  t.mock.timers.tick(10_001);
  const answer = Promise.withResolvers<Delivery>();
  first.script = () => answer.promise;
  const trial = send(gateway);
  // While one text tries it, others go past it.
  assert.equal((await send(gateway)).gateway, 'second');
  answer.resolve({ kind: 'accepted', gateway: 'first', messageId: undefined });
  assert.equal((await trial).gateway, 'first');
  first.script = accepted('first');
  assert.equal((await send(gateway)).gateway, 'first');
});

test('a no to the number itself does not count against the gateway', async () => {
  const first = scripted('first', refused('first', 'invalid-number'));
  const gateway = failover([first]);
  for (let text = 0; text < 20; text += 1) await send(gateway);
  assert.equal(first.asked, 20);
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
