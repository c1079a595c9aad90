import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { jwtVerify } from 'jose';
import type { Clock } from '../../../ports/clock.ts';
import type { DeliveryReceipt, ReceiptCall, ReceiptReader } from '../../../ports/delivery-receipt.ts';
import type { Secret } from '../../../ports/secret.ts';
import { formOf, jsonOf, queryOf, receiptOf, referenceIn } from '../shared/receipt-call.ts';
import { sameSecret } from '../shared/receipt-proof.ts';
import type { VonageSettings } from './settings.ts';

export type VonageReceipts = NonNullable<VonageSettings['receipts']>;

/** Final values of `status`. [developer.vonage.com/messaging/sms/guides/delivery-receipts] */
const STATES: Readonly<Record<string, DeliveryReceipt['state']>> = {
  delivered: 'delivered',
  expired: 'undelivered',
  failed: 'undelivered',
  rejected: 'undelivered',
};

/** Vonage repeats a call for a day. [developer.vonage.com/messaging/sms/guides/inbound-sms] */
const AGE_SECONDS_MAX = 86_400;
const SKEW_SECONDS_MAX = 300;

/**
 * Reads the delivery receipts of Vonage's SMS API. It signs them by a parameter `sig`
 * [developer.vonage.com/getting-started/concepts/signing-messages]; a call that carries a JSON Web Token in place of
 * it, as those of Vonage's Messages API do [developer.vonage.com/messages/concepts/signed-webhooks], is judged by
 * that alone. The weak methods that Vonage offers as well, MD5 and SHA-1, are not taken.
 */
export function createVonageReader(gateway: string, receipts: VonageReceipts, clock: Clock): ReceiptReader {
  return async (call) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(call.headers['authorization'] ?? '') ?? [];
    const fields = fieldsOf(call);
    const proved =
      token === undefined
        ? isSigned(fields ?? new Map(), receipts, clock)
        : await isVouchedFor(call, token, receipts.signatureSecret, clock);
    if (!proved) return { kind: 'unauthenticated' };
    const status = fields?.get('status');
    if (fields === undefined || status === undefined) return { kind: 'unreadable' };
    const reference = referenceIn(fields.get('client-ref'));
    const state = Object.hasOwn(STATES, status) ? STATES[status] : undefined;
    const errorCode = fields.get('err-code');
    const receipt = receiptOf(gateway, reference, state, [status, errorCode === '0' ? undefined : errorCode]);
    return { kind: 'receipts', receipts: receipt === undefined ? [] : [receipt] };
  };
}

/** From the query, a form or flat JSON, as the account is set up. `undefined`: none of them. */
function fieldsOf(call: ReceiptCall): ReadonlyMap<string, string> | undefined {
  if (call.method === 'GET') return new Map(queryOf(call));
  if (!/^application\/json\b/i.test(call.headers['content-type'] ?? '')) return new Map(formOf(call));
  const body = jsonOf(call);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const members = Object.entries(body).filter(([, value]) => ['string', 'number'].includes(typeof value));
  return new Map(members.map(([name, value]) => [name, String(value)]));
}

function isSigned(
  fields: ReadonlyMap<string, string>,
  { signatureSecret, signatureMethod }: VonageReceipts,
  clock: Clock,
): boolean {
  const signed = [...fields]
    .filter(([name]) => name !== 'sig')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `&${name}=${value.replace(/[&=]/g, '_')}`);
  const digest = createHmac(signatureMethod, signatureSecret.reveal()).update(signed.join('')).digest('hex');
  const timestamp = fields.get('timestamp') ?? '';
  const ageSeconds = /^\d{1,12}$/.test(timestamp) ? clock.nowMs() / 1000 - Number(timestamp) : Number.NaN;
  const fresh = ageSeconds >= -SKEW_SECONDS_MAX && ageSeconds <= AGE_SECONDS_MAX;
  return sameSecret(fields.get('sig')?.toLowerCase(), digest) && fresh;
}

/** The token vouches for the body by its hash; what stands in a query, nobody vouches for. */
async function isVouchedFor(
  call: ReceiptCall,
  token: string,
  signatureSecret: Secret,
  clock: Clock,
): Promise<boolean> {
  if (call.method === 'GET') return false;
  try {
    const { payload } = await jwtVerify(token, Buffer.from(signatureSecret.reveal()), {
      algorithms: ['HS256'],
      issuer: 'Vonage',
      currentDate: new Date(clock.nowMs()),
      maxTokenAge: AGE_SECONDS_MAX,
      clockTolerance: SKEW_SECONDS_MAX,
    });
    const hash = String(payload['payload_hash']).toLowerCase();
    const expected = createHash('sha256').update(call.body).digest();
    return /^[0-9a-f]{64}$/.test(hash) && timingSafeEqual(Buffer.from(hash, 'hex'), expected);
  } catch {
    return false;
  }
}
