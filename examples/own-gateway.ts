/**
 * An SMS service of your own, with delivery receipts, in a failover before the gateway that the configuration names: what
 * the service can't take goes there. `OWN_SMS_URL=… OWN_SMS_KEY=… node own-gateway.ts` starts the sandbox, whose gateway
 * is the inbox, and stops in order at SIGTERM or Ctrl-C. In a project of yours: `npm install` the package first, and import
 * accounts with `gsp-otp accounts import`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { compose, type Delivery, loadConfig, type ReceiptReader, type SmsGateway } from 'gsp-otp';

export interface OwnService {
  /** Takes a text by POST: 202 accepted, 429 too fast, 503 out of order, any other 4xx refused. */
  readonly url: string;
  /** Authorizes us there, and signs the receipts that come from there. */
  readonly key: string;
}

const NAME = 'own-service';

export function createOwnGateway({ url, key }: OwnService): SmsGateway {
  return {
    name: NAME,
    async send({ to, text, reference, validityMs }, { signal }) {
      // A later receipt names the text by the reference that goes along with it.
      const receiptKey = keyOf(reference);
      const unknown = (detail: string): Delivery => ({ kind: 'unknown', gateway: NAME, detail, receiptKey });
      const no = { kind: 'refused', gateway: NAME } as const;
      try {
        const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ to: to.reveal(), text: text.reveal(), reference, validityMs });
        // A repeated POST could be a second text, so no redirect is followed.
        const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
        await answer.body?.cancel();
        const { status } = answer;
        const detail = `HTTP ${status}`;
        if (status === 202) return { kind: 'accepted', gateway: NAME, messageId: reference, receiptKey };
        if (status === 429) return { ...no, reason: 'throttled', detail };
        if (status === 503) return { ...no, reason: 'gateway-down', detail };
        // 408 and the other 5xx leave open whether the text was taken: never ask another gateway for it then.
        return status >= 400 && status < 500 && status !== 408
          ? { ...no, reason: 'unexplained', detail }
          : unknown(detail);
      } catch (error) {
        // Nobody listens there, so nothing was taken. Whatever else goes wrong may have come after the text.
        const code = Object(error).cause?.code;
        return code === 'ECONNREFUSED' || code === 'ENOTFOUND'
          ? { ...no, reason: 'gateway-down', detail: code }
          : unknown('no answer');
      }
    },
    readReceipts: receiptReader(key),
    async close() {},
  };
}

/** Unique among all gateways. */
function keyOf(reference: string): string {
  return `${NAME}:${reference}`;
}

/** Receipts are JSON with `reference` and `delivered`, signed in `x-signature`: hexadecimal HMAC-SHA256 of the body. */
function receiptReader(key: string): ReceiptReader {
  return async ({ body, headers }) => {
    const expected = createHmac('sha256', key).update(body).digest();
    const given = Buffer.from(headers['x-signature'] ?? '', 'hex');
    // Anybody can call: what is not signed changes nothing.
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return { kind: 'unauthenticated' };
    const { reference, delivered } = readJson(body);
    if (typeof reference !== 'string' || typeof delivered !== 'boolean') return { kind: 'unreadable' };
    const state = delivered ? 'delivered' : 'undelivered';
    return {
      kind: 'receipts',
      receipts: [{ gateway: NAME, receiptKey: keyOf(reference), state, detail: '' }],
    };
  };
}

function readJson(body: Uint8Array): { readonly reference?: unknown; readonly delivered?: unknown } {
  try {
    return Object(JSON.parse(Buffer.from(body).toString()));
  } catch {
    return {};
  }
}

if (import.meta.main) {
  const { OWN_SMS_URL: url, OWN_SMS_KEY: key } = process.env;
  if (!url || !key)
    throw new Error('set OWN_SMS_URL and OWN_SMS_KEY: where your SMS service is, and its key');
  const application = await compose(loadConfig({ env: process.env }), {
    gateways: [createOwnGateway({ url, key })],
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => application.close(signal));
  }
  const { methods, operator, receipts } = await application.listen();
  console.log(`methods ${methods}, operator ${operator}, receipts ${receipts}`);
}
