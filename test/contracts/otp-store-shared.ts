import assert from 'node:assert/strict';
import type { IssueDecision, OtpStore } from '../../src/ports/otp-store.ts';
import type { SmsGateway } from '../../src/ports/sms-gateway.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';
import type { StoreSuite } from './store-suite.ts';

const FIELDS = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };

/** A gateway that takes no text before it is told to. */
function heldGateway() {
  let texts = 0;
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const gateway: SmsGateway = {
    name: 'held',
    async send() {
      texts += 1;
      asked.resolve();
      await released.promise;
      return { kind: 'accepted', gateway: 'held', messageId: `SM-${texts}` };
    },
    close: async () => {},
  };
  return { gateway, asked: asked.promise, release: () => released.resolve(), texts: () => texts };
}

/** The same store, which tells what it decided first. */
function watchedIssues(store: OtpStore) {
  const first = Promise.withResolvers<IssueDecision['kind']>();
  const issue: OtpStore['issue'] = async (order, decide) => {
    const decision = await store.issue(order, decide);
    first.resolve(decision.kind);
    return decision;
  };
  const watched = new Proxy(store, {
    get(target, name) {
      if (name === 'issue') return issue;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { store: watched, decided: first.promise };
}

/** Two servers, with the same secrets. */
export function sharedContract({ open, test }: StoreSuite): void {
  test('[OQ-8] a sendOtp that is repeated at another server during the hand-over is one text', async (t) => {
    const { store } = await open(t);
    const { gateway, asked, release, texts } = heldGateway();
    const one = await startApplication({ overrides: { store, gateway } });
    t.after(() => one.stop());
    const watched = watchedIssues(store);
    const { dataDirectory } = one;
    const other = await startApplication({ dataDirectory, overrides: { store: watched.store, gateway } });
    t.after(() => other.stop());
    const first = one.call('sendOtp', 'send-1', FIELDS);
    await asked;
    const second = other.call('sendOtp', 'send-1', FIELDS);
    const decided = await watched.decided;
    release();
    const [answer, again] = await Promise.all([first, second]);
    assert.equal(decided, 'busy');
    assert.equal(texts(), 1);
    assert.equal(answer.body['result'], 'SUCCESS');
    assert.equal(again.body['result'], 'SUCCESS');
    assert.equal(again.body['paymentIntegratorSendOtpId'], answer.body['paymentIntegratorSendOtpId']);
  });
}
