import type { JoseHeader } from './header.ts';

/** Names of media types for `typ` and `cty`: what holds a compact JOSE object, and what holds the request itself. */
export const COMPACT_JOSE: readonly unknown[] = [undefined, 'jwt', 'jose'];
export const JSON_CONTENT: readonly unknown[] = [undefined, 'json'];

/** Whether a header says, if it says anything, that it is a compact JOSE object with such content. */
export function isOfKind(header: JoseHeader, content: readonly unknown[]): boolean {
  return COMPACT_JOSE.includes(nameOf(header.get('typ'))) && content.includes(nameOf(header.get('cty')));
}

/** `application/JWT`, `JWT` and `jwt` are one name (RFC 7515 section 4.1.9). */
function nameOf(mediaType: unknown): unknown {
  if (typeof mediaType !== 'string') return mediaType;
  return mediaType
    .toLowerCase()
    .replace(/^application\//, '')
    .replace(/ *;.*$/, '');
}
