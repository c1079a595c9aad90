import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery, RefusalReason, SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { assertDiscreet, deadlineAfter, smsGatewayContract } from '../../../contracts/sms-gateway.ts';
import { exampleMessage, type StandInAnswer, startStandIn, unusedUrl } from './gateway-stand-in.ts';

type HttpAnswer = Extract<StandInAnswer, object>;

/** One gateway over HTTP, as its tests need it. */
export interface DialectCases {
  readonly name: string;
  readonly open: (baseUrl: string) => SmsGateway | Promise<SmsGateway>;
  readonly secrets: readonly string[];
  readonly success: HttpAnswer;
  readonly messageId: string | undefined;
  /** What the gateway answers, and what that means. */
  readonly refusals: readonly (readonly [RefusalReason, HttpAnswer])[];
  /** Answers that leave it open. */
  readonly unsaid: readonly HttpAnswer[];
}

/** The tests that every gateway over HTTP has in common. */
export function dialectTests(cases: DialectCases): void {
  const { name, open, secrets, success, refusals } = cases;
  const [, refusal] = refusals[0] ?? [];
  assert.ok(refusal);
  smsGatewayContract(name, async (behaviour, t) => {
    const answers = { accept: success, refuse: refusal, silence: 'silence' } as const;
    const { url } = await startStandIn(t, answers[behaviour]);
    return { gateway: await open(url), secrets };
  });

  const ask = async (gateway: SmsGateway): Promise<Delivery> => {
    const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
    assertDiscreet(delivery, { secrets });
    return delivery;
  };

  test(`${name}: the gateway's message id is kept`, async (t) => {
    const { url } = await startStandIn(t, success);
    const gateway = await open(url);
    assert.deepEqual(await ask(gateway), {
      kind: 'accepted',
      gateway: gateway.name,
      messageId: cases.messageId,
    });
  });

  test(`[SO-7] ${name}: each documented refusal has its class`, async (t) => {
    const standIn = await startStandIn(t);
    const gateway = await open(standIn.url);
    for (const [reason, answer] of refusals) {
      standIn.answer = answer;
      const delivery = await ask(gateway);
      assert.equal(delivery.kind, 'refused', JSON.stringify({ answer, delivery }));
      assert.equal(
        delivery.kind === 'refused' && delivery.reason,
        reason,
        JSON.stringify({ answer, delivery }),
      );
    }
  });

  test(`[OQ-28] ${name}: what is cut off, garbled or not said is unknown`, async (t) => {
    const standIn = await startStandIn(t);
    const gateway = await open(standIn.url);
    const answers: readonly StandInAnswer[] = [
      'cut-before-headers',
      'cut-after-headers',
      { status: success.status, body: '' },
      { status: success.status, body: '<html>All fine</html>' },
      { status: success.status, body: '{' },
      { status: success.status, body: 'null' },
      { status: success.status, body: [] },
      { status: success.status, body: {} },
      { status: success.status, body: 'x'.repeat(70_000) },
      { status: 204, body: '' },
      { status: 302, body: '', headers: { location: '/elsewhere' } },
      { status: 408, body: '' },
      { status: 500, body: '' },
      { status: 502, body: '<html>Bad Gateway</html>' },
      { status: 503, body: '' },
      ...cases.unsaid,
    ];
    for (const answer of answers) {
      standIn.answer = answer;
      const delivery = await ask(gateway);
      assert.equal(delivery.kind, 'unknown', JSON.stringify({ answer, delivery }));
    }
    assert.equal(standIn.requests.length, answers.length, 'nothing is sent twice, no redirect followed');
  });

  test(`${name}: where nobody listens, no text was taken`, async () => {
    const delivery = await ask(await open(await unusedUrl()));
    assert.equal(delivery.kind === 'refused' && delivery.reason, 'gateway-down', JSON.stringify(delivery));
  });
}
