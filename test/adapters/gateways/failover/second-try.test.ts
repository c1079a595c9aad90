import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFailoverGateway } from '../../../../src/adapters/gateways/failover/failover.ts';
import { withSecondTry } from '../../../../src/adapters/gateways/failover/second-try.ts';
import { createSystemClock } from '../../../../src/adapters/system/system-clock.ts';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import {
  exampleMessage,
  type ReceivedRequest,
  type StandInAnswer,
  startStandIn,
} from '../shared/gateway-stand-in.ts';
import { httpKinds, openKind } from '../shared/http-kinds.ts';
import { accepted, refused, scripted } from '../shared/scripted-gateway.ts';

const clock = createSystemClock();

const alone = (gateway: SmsGateway) => withSecondTry(gateway, clock, 500);

const failover = (...gateways: readonly SmsGateway[]) =>
  createFailoverGateway({ name: 'failover', gateways, afterUnknown: false, attemptMsMin: 500, clock });

const send = (gateway: SmsGateway, withinMs = 5000) => gateway.send(exampleMessage, deadlineAfter(withinMs));

type Answer = (request: ReceivedRequest) => StandInAnswer;

/** Answers in turn; the last one again and again. */
function inTurn(...answers: readonly Answer[]): Answer {
  const left = [...answers];
  return (request) => (left.length > 1 ? left.shift() : left[0])?.(request) ?? 'silence';
}

for (const row of httpKinds) {
  const { kind } = row;
  const taken: Answer = (request) => row.taken(request, 0);
  const throttled: Answer = () => row.throttled;

  test(`[OQ-75] ${kind}: a text that came too fast is tried once more, where no other gateway is left`, async (t) => {
    const standIn = await startStandIn(t);
    standIn.answer = inTurn(throttled, taken);
    const startedMs = performance.now();
    assert.equal((await send(alone(await openKind(row, standIn.url)))).kind, 'accepted');
    assert.ok(performance.now() - startedMs >= 199, 'after a pause');
    standIn.answer = inTurn(throttled, taken);
    const down = scripted('down', refused('down', 'gateway-down'));
    assert.equal((await send(failover(await openKind(row, standIn.url), down))).kind, 'accepted');
    assert.equal(down.asked, 1);
    standIn.answer = inTurn(throttled);
    const asked = standIn.requests.length;
    const delivery = await send(alone(await openKind(row, standIn.url)));
    assert.equal(delivery.kind === 'refused' && delivery.reason, 'throttled');
    assert.equal(standIn.requests.length, asked + 2, 'no oftener');
  });
}

test('[OQ-75] another gateway is asked before the same one', async () => {
  const first = scripted('first', refused('first', 'throttled'));
  const delivery = await send(failover(first, scripted('second', accepted('second'))));
  assert.equal(delivery.gateway, 'second');
  assert.equal(first.asked, 1);
});

for (const reason of ['quota', 'gateway-down', 'content', 'unexplained'] as const) {
  test(`[OQ-75] a gateway that says ${reason} is not asked again`, async () => {
    const first = scripted('first', refused('first', reason));
    await send(alone(first));
    assert.equal(first.asked, 1);
    await send(failover(first, scripted('second', refused('second', reason))));
    assert.equal(first.asked, 2);
  });
}

test('[OQ-28, OQ-75] after an unknown outcome nobody is asked again', async () => {
  const first = scripted('first', refused('first', 'throttled'));
  const second = scripted('second', () => ({ kind: 'unknown', gateway: 'second', detail: 'cut off' }));
  assert.equal((await send(failover(first, second))).kind, 'unknown');
  assert.equal(first.asked, 1);
});

test('[OQ-75] with too little of the budget left the refusal stands', async () => {
  const first = scripted('first', refused('first', 'throttled'));
  const delivery = await send(alone(first), 600);
  assert.equal(delivery.kind === 'refused' && delivery.reason, 'throttled');
  assert.equal(first.asked, 1);
});
