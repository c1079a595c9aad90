import type { PayloadCodec } from '../../src/ports/payload-codec.ts';
import type { Fields } from './test-application.ts';

export interface SealedAnswer {
  readonly status: number;
  readonly contentType: string | null;
  /** As it came. */
  readonly raw: Uint8Array;
  /** What was in it; `undefined`: nothing that Google can open. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** What Google would send, before it is sealed. */
export function requestOf(requestId: string, fields: Fields, header: Fields = {}): Uint8Array {
  const protocolVersion = { major: 1, minor: 0, revision: 0 };
  const requestHeader = { protocolVersion, requestId, requestTimestamp: String(Date.now()), ...header };
  return Buffer.from(JSON.stringify({ requestHeader, ...fields }));
}

/** Sends bytes as a sealed body, and opens the answer. */
export async function sendSealed(
  url: string,
  sealed: Uint8Array<ArrayBuffer>,
  codec: PayloadCodec,
  contentType = codec.contentType,
): Promise<SealedAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: sealed,
  });
  const raw = new Uint8Array(await response.arrayBuffer());
  const opened = raw.length === 0 ? undefined : await codec.open(raw);
  const body =
    opened?.kind === 'opened' ? JSON.parse(Buffer.from(opened.payload).toString('utf8')) : undefined;
  return { status: response.status, contentType: response.headers.get('content-type'), raw, body };
}

/** Seals and sends one call of Google's. */
export async function callSealed(
  methodsUrl: string,
  codec: PayloadCodec,
  method: string,
  requestId: string,
  fields: Fields,
): Promise<SealedAnswer> {
  const sealed = await codec.seal(requestOf(requestId, fields));
  return sendSealed(`${methodsUrl}/v1/${method}`, new Uint8Array(sealed), codec);
}
