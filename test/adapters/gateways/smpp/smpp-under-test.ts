import type { TestContext } from 'node:test';
import type { GatewayParts } from '../../../../src/adapters/gateways/shared/gateway-kind.ts';
import { createSmppGateway } from '../../../../src/adapters/gateways/smpp/gateway.ts';
import type { SmppSessionTerms } from '../../../../src/adapters/gateways/smpp/session.ts';
import { type SmppSettings, settings as smpp } from '../../../../src/adapters/gateways/smpp/settings.ts';
import { createSystemClock } from '../../../../src/adapters/system/system-clock.ts';
import type { DeliveryReceipt, ReceiptSink } from '../../../../src/ports/delivery-receipt.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { settingsOf } from '../shared/gateways-under-test.ts';

export const smppPassword = 'pw-smpp';

const usual = {
  host: '127.0.0.1',
  tls: false,
  systemId: 'exemplo',
  password: new Secret(smppPassword),
  sender: 'Exemplo',
} as const;

/** A gateway on that port, closed after the test. Without a clock, time is the machine's. */
export function openSmpp(
  t: TestContext,
  port: number,
  { connectTimeoutMs, ...changes }: Partial<SmppSettings & Pick<SmppSessionTerms, 'connectTimeoutMs'>> = {},
  parts: Partial<GatewayParts> = {},
): SmsGateway {
  const gateway = createSmppGateway(
    { ...settingsOf(smpp, { ...usual, port, ...changes }), connectTimeoutMs },
    {
      clock: createSystemClock(),
      onReceipt: async () => {},
      ...parts,
    },
  );
  t.after(async () => {
    const closed = gateway.close();
    // A clock moved by hand would wait for ever for a gateway that is silent.
    const { clock } = parts;
    if (clock instanceof TestClock) {
      const timer = setInterval(() => clock.pass(10_000), 20);
      await closed;
      clearInterval(timer);
    }
    await closed;
  });
  return gateway;
}

/** Keeps what it is handed. */
export function keepReceipts(answer: () => ReturnType<ReceiptSink> = async () => {}) {
  const receipts: DeliveryReceipt[] = [];
  const onReceipt: ReceiptSink = (receipt) => {
    receipts.push(receipt);
    return answer();
  };
  return { receipts, onReceipt };
}
