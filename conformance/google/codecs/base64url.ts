import { SealingFault } from './codec.ts';

/** Bytes in base64url with its padding. [HTTP-4, OQ-15] */
export function encodeBase64Url(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes).toString('base64url');
  return Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, '='));
}

/** Padded or not, with a line break at the end or not, and nothing else. Throws `SealingFault`. [OQ-15] */
export function decodeBase64Url(body: Uint8Array): Buffer {
  const text = Buffer.from(body)
    .toString('latin1')
    .replace(/\r?\n$/, '');
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text)) throw new SealingFault('the body is no base64url');
  return Buffer.from(text, 'base64url');
}
