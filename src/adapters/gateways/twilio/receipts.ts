import { createHmac } from 'node:crypto';
import type { DeliveryReceipt, ReceiptCall, ReceiptReader } from '../../../ports/delivery-receipt.ts';
import type { Secret } from '../../../ports/secret.ts';
import { formOf, queryOf, receiptOf, referenceIn } from '../shared/receipt-call.ts';
import { sameSecret } from '../shared/receipt-proof.ts';

/** Final values of `MessageStatus`. [twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks] */
const STATES: Readonly<Record<string, DeliveryReceipt['state']>> = {
  delivered: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
};

/** Its newest codes have six digits. */
const CODE_DIGITS_MAX = 6;

/**
 * Reads Twilio's status callbacks. Each is signed with the account's auth token over the URL and all parameters.
 * [twilio.com/docs/usage/webhooks/webhooks-security] The scheme has no time in it: an old call can be repeated, which
 * changes nothing.
 */
export function createTwilioReader(gateway: string, authToken: Secret): ReceiptReader {
  return async (call) => {
    if (!isSigned(call, authToken)) return { kind: 'unauthenticated' };
    const form = formOf(call);
    const status = form.get('MessageStatus');
    const reference = referenceIn(queryOf(call).get('reference'));
    if (status === null || reference === undefined) return { kind: 'unreadable' };
    const state = Object.hasOwn(STATES, status) ? STATES[status] : undefined;
    const words = [status, form.get('ErrorCode')];
    const receipt = receiptOf(gateway, reference, state, words, CODE_DIGITS_MAX);
    return { kind: 'receipts', receipts: receipt === undefined ? [] : [receipt] };
  };
}

function isSigned(call: ReceiptCall, authToken: Secret): boolean {
  const given = call.headers['x-twilio-signature'];
  const parameters = call.method === 'POST' ? signedParameters(formOf(call)) : '';
  // Twilio's servers differ in whether they sign the port that goes without saying; its own libraries take both.
  // Every candidate is compared, whichever fits.
  const fitting = portVariants(call.url).filter((url) =>
    sameSecret(
      given,
      createHmac('sha1', authToken.reveal())
        .update(url + parameters)
        .digest('base64'),
    ),
  );
  return fitting.length > 0;
}

/** Names and values, one after the other, sorted by name; a value that is there twice counts once. */
function signedParameters(form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort();
  return names
    .flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value))
    .join('');
}

function portVariants(url: string): readonly string[] {
  const [, scheme = '', host = '', port, rest = ''] =
    /^(https?):\/\/(\[[^\]]*\]|[^/?:]*)(?::(\d+))?(.*)$/s.exec(url) ?? [];
  const ownPort = scheme === 'https' ? '443' : '80';
  if (port !== undefined && port !== ownPort) return [url, `${scheme}://${host}${rest}`];
  return [`${scheme}://${host}${rest}`, `${scheme}://${host}:${ownPort}${rest}`];
}
