import { TextDecoder } from 'node:util';

/**
 * Text as the other side says that it is written, by its content type; never throws. A byte order mark says more than a
 * charset; what isn't of the charset becomes U+FFFD, for a code or an id beside it can be read all the same.
 */
export function decodeText(bytes: Uint8Array, contentType = ''): string {
  const [, charset] = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType) ?? [];
  return decoderFor(bytes, charset).decode(bytes);
}

function decoderFor([first, second]: Uint8Array, charset = 'utf-8'): TextDecoder {
  if (first === 0xef && second === 0xbb) return new TextDecoder();
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
