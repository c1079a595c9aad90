const TEXT = /^[A-Za-z0-9_-]+={0,2}$/;

/**
 * Reads base64url of RFC 4648 section 5, padded or not, with one line break at the end or none. [PGP-6, OQ-15]
 * `undefined`: other characters (`+` and `/` too), wrong padding, or left-over bits that are not 0, so that no two
 * texts mean the same bytes.
 */
export function decodeBase64Url(body: Uint8Array): Buffer | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    .toString('latin1')
    .replace(/\r?\n$/, '');
  if (!TEXT.test(text)) return undefined;
  const bare = text.replace(/=+$/, '');
  if (bare.length !== text.length && text.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(bare, 'base64url');
  return bytes.toString('base64url') === bare ? bytes : undefined;
}

/** Padded, without line breaks. [HTTP-4, OQ-15] */
export function encodeBase64Url(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
  return new Uint8Array(Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, '='), 'latin1'));
}
