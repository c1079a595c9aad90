import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ReceiptCall } from '../../../ports/delivery-receipt.ts';
import type { Secret } from '../../../ports/secret.ts';
import { queryOf, referenceIn } from './receipt-call.ts';

/** How a gateway without a scheme of its own proves that a call is its own. */
export type ReceiptProof =
  /** It calls a URL that was made for one text, with a signature of ours in it. */
  | { readonly kind: 'signed-url'; readonly key: Secret }
  /** It signs in with HTTP Basic. */
  | { readonly kind: 'basic'; readonly user: string; readonly password: Secret }
  /** It sends a secret in a header. */
  | { readonly kind: 'header'; readonly header: string; readonly secret: Secret }
  /** It sends an HMAC-SHA256 of the body in a header, after `prefix`. */
  | {
      readonly kind: 'hmac';
      readonly header: string;
      readonly prefix?: string;
      readonly encoding: 'hex' | 'base64';
      readonly key: Secret;
    };

/** The URL to call about one text: it carries the reference, and a signature of ours for a gateway that has none. */
export function receiptUrl(url: string, reference: string): string {
  return `${url}?reference=${reference}`;
}

export function signedReceiptUrl(url: string, reference: string, gateway: string, key: Secret): string {
  return `${receiptUrl(url, reference)}&signature=${signatureOf(gateway, reference, key)}`;
}

/** Whether the gateway made this call. What it did not sign, it did not prove: with a signed URL all but the reference. */
export function isProved(call: ReceiptCall, gateway: string, proof: ReceiptProof): boolean {
  switch (proof.kind) {
    case 'signed-url': {
      const query = queryOf(call);
      const reference = referenceIn(query.get('reference'));
      if (reference === undefined) return false;
      return sameSecret(query.get('signature'), signatureOf(gateway, reference, proof.key));
    }
    case 'basic': {
      const credentials = `${proof.user}:${proof.password.reveal()}`;
      return sameSecret(
        call.headers['authorization'],
        `Basic ${Buffer.from(credentials).toString('base64')}`,
      );
    }
    case 'header':
      return sameSecret(call.headers[proof.header.toLowerCase()], proof.secret.reveal());
    case 'hmac': {
      const given = call.headers[proof.header.toLowerCase()] ?? '';
      const digest = createHmac('sha256', proof.key.reveal()).update(call.body).digest(proof.encoding);
      // Hexadecimal digits are written either way.
      const shown = proof.encoding === 'hex' ? given.toLowerCase() : given;
      const { prefix = '' } = proof;
      return sameSecret(shown, `${proof.encoding === 'hex' ? prefix.toLowerCase() : prefix}${digest}`);
    }
  }
}

function signatureOf(gateway: string, reference: string, key: Secret): string {
  return createHmac('sha256', key.reveal()).update(`${gateway}\n${reference}`).digest('base64url');
}

/** Compares in a time that tells nothing about either, not even the length. `expected` is not empty. */
export function sameSecret(given: string | null | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(expected));
}
