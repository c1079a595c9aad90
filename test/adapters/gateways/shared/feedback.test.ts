import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFeedback } from '../../../../src/adapters/gateways/shared/feedback.ts';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';

/** What is told to a gateway that takes it, waits for `answer`, or refuses it. */
function startFeedback(answer: Promise<void>) {
  const told: string[] = [];
  const failures: string[] = [];
  const silent: SmsGateway = {
    name: 'silent',
    send: () => assert.fail('nothing is sent'),
    close: async () => undefined,
  };
  const taker: SmsGateway = {
    ...silent,
    name: 'taker',
    async confirmVerified(messageId, deadline) {
      told.push(messageId);
      await Promise.race([
        answer,
        new Promise((_, reject) =>
          deadline.signal.addEventListener('abort', () => reject(new Error('late'))),
        ),
      ]);
    },
  };
  const clock = new TestClock();
  const feedback = createFeedback({
    gateways: [silent, taker],
    clock,
    onFailure: (gateway, error) => failures.push(`${gateway}: ${String(error)}`),
  });
  return { feedback, told, failures, clock };
}

test('a verified text is told to the gateway that had it, if that takes it and gave the text an id', async () => {
  const { feedback, told, failures } = startFeedback(Promise.resolve());
  feedback.tell('taker', 'SM-1');
  feedback.tell('taker', undefined);
  feedback.tell('silent', 'SM-2');
  feedback.tell('nobody', 'SM-3');
  await feedback.close();
  assert.deepEqual([told, failures], [['SM-1'], []]);
});

test('a gateway that does not answer is given up, and holds up nobody', async () => {
  const { feedback, failures, clock } = startFeedback(new Promise(() => undefined));
  feedback.tell('taker', 'SM-1');
  clock.pass(5000);
  await feedback.close();
  assert.deepEqual(failures, ['taker: Error: late']);
});

test('a slow gateway piles up nothing: what is beyond is left untold', async () => {
  const { feedback, told, clock } = startFeedback(new Promise(() => undefined));
  for (let text = 0; text < 1000; text += 1) feedback.tell('taker', `SM-${text}`);
  assert.equal(told.length, 64);
  clock.pass(5000);
  await feedback.close();
  feedback.tell('taker', 'SM-later');
  assert.equal(told.length, 65);
  clock.pass(5000);
  await feedback.close();
});
