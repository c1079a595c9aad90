import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import type { Deadline } from '../../src/ports/clock.ts';
import { Secret } from '../../src/ports/secret.ts';
import type { Delivery, SmsGateway, SmsMessage } from '../../src/ports/sms-gateway.ts';

/** The ways in which what stands behind a gateway can behave. */
export type Behaviour = 'accept' | 'refuse' | 'silence';

export interface GatewayUnderTest {
  readonly gateway: SmsGateway;
  /** What must never be told: credentials. */
  readonly secrets: readonly string[];
}

/**
 * Makes a gateway that accepts, refuses or doesn't answer. `undefined`: it can't behave so. Whoever makes it also
 * cleans up after the test.
 */
export type GatewayFactory = (
  behaviour: Behaviour,
  t: TestContext,
) => GatewayUnderTest | undefined | Promise<GatewayUnderTest | undefined>;

const number = '+14035550123';
const code = '907214';

const message: SmsMessage = {
  to: new Secret(number),
  text: new Secret(`Use ${code} for Banco Exemplo.\nT0kenAbCdEf`),
  encoding: 'gsm-7',
  segments: 1,
  reference: 'AbCdEf0123456789',
  validityMs: 300_000,
  country: 'CA',
  language: 'en',
};

/** A deadline in real time: the adapters wait for real connections. */
export function deadlineAfter(durationMs: number): Deadline {
  const atMs = performance.now() + durationMs;
  return {
    atMs,
    remainingMs: () => Math.max(0, atMs - performance.now()),
    signal: AbortSignal.timeout(durationMs),
  };
}

/** What every gateway must do, whoever stands behind it. */
export function smsGatewayContract(name: string, open: GatewayFactory): void {
  const send = async (behaviour: Behaviour, t: TestContext, withinMs: number) => {
    const made = await open(behaviour, t);
    if (made === undefined) return undefined;
    const delivery = await made.gateway.send(message, deadlineAfter(withinMs));
    assertDiscreet(delivery, made);
    assert.equal(typeof delivery.gateway, 'string');
    return { ...made, delivery };
  };

  describe(`${name} as an SMS gateway`, () => {
    test('[SO-7] a text that was taken is accepted', async (t) => {
      const sent = await send('accept', t, 5000);
      assert.equal(sent?.delivery.kind, 'accepted', inspect(sent?.delivery));
    });

    test('[SO-7] a text that was not taken is refused, with a reason', async (t) => {
      const sent = await send('refuse', t, 5000);
      assert.equal(sent?.delivery.kind, 'refused', inspect(sent?.delivery));
      assert.ok(sent.delivery.kind === 'refused' && sent.delivery.reason !== undefined);
    });

    test('[OQ-28] no answer by the deadline is unknown, not refused', async (t) => {
      const sent = await send('silence', t, 500);
      if (sent === undefined) return t.skip('never answers, which its caller bears');
      assert.equal(sent.delivery.kind, 'unknown', inspect(sent.delivery));
    });

    test('closing waits for nothing, and twice is as good as once', async (t) => {
      const made = await open('accept', t);
      await made?.gateway.send(message, deadlineAfter(5000));
      await made?.gateway.close();
      await made?.gateway.close();
    });
  });
}

/**
 * [ERR-4, IDEM-13] Neither number nor text nor credential is in what goes to the log and the record. The receipt key goes
 * there by its digest alone.
 */
export function assertDiscreet(
  delivery: Delivery,
  { secrets }: { readonly secrets: readonly string[] },
): void {
  const { receiptKey: _receiptKey, ...shown } = { receiptKey: undefined, ...delivery };
  const told = `${JSON.stringify(shown)} ${inspect(shown, { depth: 9, showHidden: true })}`;
  const forbidden = [number, number.slice(1), code, 'T0kenAbCdEf', 'Banco Exemplo', ...secrets];
  for (const secret of forbidden) assert.ok(!told.includes(secret), `${secret} is told: ${told}`);
}
