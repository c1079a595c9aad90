import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Delivery } from '../../src/ports/sms-gateway.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { codeIn, startApplication, type TestApplication } from '../support/test-application.ts';
import { TestClock } from '../support/test-clock.ts';
import { callsTo, ScriptedGateway } from './send-otp-calls.ts';

describe('sendOtp: whatever the gateway answers', () => {
  const gateway = new ScriptedGateway();
  const clock = new TestClock();
  let app: TestApplication;

  before(async () => {
    app = await startApplication({ overrides: { gateway, clock } });
  });
  after(() => app.stop());
  const { send, verify } = callsTo(() => app, clock);

  it('[OQ-11] MESSAGE_UNABLE_TO_BE_SENT binds nothing: the retry sends the same code', async () => {
    gateway.next = gateway.refuse;
    const refused = await send({ accountPhoneNumber: activeNumber(7) }, 'refused');
    assert.equal(refused.body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');
    const code = codeIn(gateway.textsSent.at(-1) ?? '');
    assert.equal((await verify('refused', code)).body['result'], 'OTP_NOT_MATCHED'); // [OQ-5]

    gateway.next = gateway.accept;
    clock.pass(700_000);
    const retried = await send({ accountPhoneNumber: activeNumber(7) }, 'refused');
    assert.equal(retried.body['result'], 'SUCCESS');
    assert.equal(codeIn(gateway.textsSent.at(-1) ?? ''), code);
    assert.equal((await verify('refused', code)).body['result'], 'SUCCESS');
  });

  it('[OQ-28] an unknown outcome: the code stays valid, one more text with the same code and reference, no third', async () => {
    const sentBefore = gateway.messages.length;
    gateway.next = gateway.loseTrack;
    const results = [];
    for (let tries = 0; tries < 4; tries += 1) {
      const { body } = await send({ accountPhoneNumber: activeNumber(8) }, 'unknown');
      results.push(body['result']);
    }
    gateway.next = gateway.accept;
    assert.deepEqual(new Set(results), new Set(['MESSAGE_UNABLE_TO_BE_SENT']));
    const sent = gateway.messages.slice(sentBefore);
    assert.equal(sent.length, 2);
    assert.equal(sent[0]?.reference, sent[1]?.reference);
    assert.equal(sent[0]?.text.reveal(), sent[1]?.text.reveal());
    const verified = await verify('unknown', codeIn(sent[0]?.text.reveal() ?? ''));
    assert.equal(verified.body['result'], 'SUCCESS');
  });

  it('[OQ-28] the last text that a number may have is not sent once more, though nobody knows of it', async () => {
    const sentBefore = gateway.messages.length;
    for (const last of [false, false, false, false, true]) {
      gateway.next = last ? gateway.loseTrack : gateway.accept;
      clock.pass(60_000);
      await send({ accountPhoneNumber: activeNumber(31) }, last ? 'the-last-one' : undefined);
    }
    gateway.next = gateway.accept;
    const retried = await send({ accountPhoneNumber: activeNumber(31) }, 'the-last-one');
    assert.equal(retried.body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');
    assert.equal(gateway.messages.length, sentBefore + 5);
  });

  it('[OPS-2] a gateway that hangs costs no more than the budget; its late yes spares the second text', async () => {
    const sentBefore = gateway.messages.length;
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    const asked = new Promise<void>((told) => {
      gateway.next = () => {
        told();
        return promise;
      };
    });
    const answering = send({ accountPhoneNumber: activeNumber(9) }, 'late');
    await asked;
    clock.pass(2200);
    assert.equal((await answering).body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');

    resolve({ kind: 'accepted', gateway: 'scripted', messageId: 'late' });
    gateway.next = gateway.accept;
    await promise;
    // The late news is a durable step of its own; the store's steps keep their order.
    await app.application.store.check();
    const retried = await send({ accountPhoneNumber: activeNumber(9) }, 'late');
    assert.equal(retried.body['result'], 'SUCCESS');
    assert.equal(gateway.messages.length, sentBefore + 1);
  });

  it('[OQ-28] what a gateway says after its deadline is recorded, and spares the second text', async () => {
    const sentBefore = gateway.messages.length;
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    gateway.next = async () => ({ kind: 'unknown', gateway: 'scripted', detail: 'late', later: promise });
    const answered = await send({ accountPhoneNumber: activeNumber(29) }, 'later');
    assert.equal(answered.body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');

    resolve({ kind: 'accepted', gateway: 'scripted', messageId: 'later' });
    gateway.next = gateway.accept;
    await promise;
    await app.application.store.check();
    const retried = await send({ accountPhoneNumber: activeNumber(29) }, 'later');
    assert.equal(retried.body['result'], 'SUCCESS');
    assert.equal(gateway.messages.length, sentBefore + 1);
  });

  it('[OQ-28] what it says of the first text after the second one was begun spares a third, though the second is refused', async () => {
    const sentBefore = gateway.messages.length;
    const first = Promise.withResolvers<Delivery>();
    gateway.next = async () => ({
      kind: 'unknown',
      gateway: 'scripted',
      detail: 'late',
      later: first.promise,
    });
    await send({ accountPhoneNumber: activeNumber(30) }, 'later-still');
    gateway.next = async () => {
      first.resolve({ kind: 'accepted', gateway: 'scripted', messageId: 'later-still' });
      await app.application.store.check();
      return gateway.refuse();
    };
    const refused = await send({ accountPhoneNumber: activeNumber(30) }, 'later-still');
    assert.equal(refused.body['result'], 'MESSAGE_UNABLE_TO_BE_SENT');

    gateway.next = gateway.accept;
    clock.pass(700_000);
    const retried = await send({ accountPhoneNumber: activeNumber(30) }, 'later-still');
    assert.equal(retried.body['result'], 'SUCCESS');
    assert.equal(gateway.messages.length, sentBefore + 2);
  });
});
