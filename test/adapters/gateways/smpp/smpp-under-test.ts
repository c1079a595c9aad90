import type { TestContext } from 'node:test';
import {
  createSmppGateway,
  type SmppParts,
  type SmppSettings,
} from '../../../../src/adapters/gateways/smpp/gateway.ts';
import { createSystemClock } from '../../../../src/adapters/system/system-clock.ts';
import { measureSms } from '../../../../src/domain/text/sms-encoding.ts';
import type { DeliveryReceipt, ReceiptSink } from '../../../../src/ports/delivery-receipt.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';

export const smppPassword = 'pw-smpp';

const settings = {
  name: 'smpp',
  host: '127.0.0.1',
  systemId: 'exemplo',
  password: new Secret(smppPassword),
  sender: 'Exemplo',
  bindMode: 'transceiver',
  recipientTon: 1,
  recipientNpi: 1,
  charset: 'gsm-7',
  dataCoding: 0,
  validity: 'relative',
  window: 10,
  enquireLinkMs: 30_000,
  connectTimeoutMs: 5000,
  receipts: true,
  messageIds: 'auto',
  refusals: {},
} as const;

/** A gateway on that port, closed after the test. Without a clock, time is the machine's. */
export function openSmpp(
  t: TestContext,
  port: number,
  changes: Partial<SmppSettings> = {},
  parts: Partial<SmppParts> = {},
): SmsGateway {
  const gateway = createSmppGateway(
    { ...settings, port, ...changes },
    {
      clock: createSystemClock(),
      measure: measureSms,
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
