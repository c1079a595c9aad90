import { randomUUID } from 'node:crypto';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { type SealedKeys, startOwnCodec } from '../sealed-keys.ts';

export function echoBody(): Uint8Array {
  const protocolVersion = { major: 1, minor: 0, revision: 0 };
  const requestHeader = { protocolVersion, requestId: randomUUID(), requestTimestamp: String(Date.now()) };
  return Buffer.from(JSON.stringify({ requestHeader, clientMessage: 'hello' }));
}

/** Calls of Google's, good for a minute; each once, unless it was refused. */
export async function sealEchoes(keys: SealedKeys, count: number): Promise<Uint8Array[]> {
  const swapped = { ...keys, ours: keys.google, google: keys.ours };
  const google = await startOwnCodec(swapped, createSystemClock(), 2);
  const bodies = await Promise.all(Array.from({ length: count }, () => google.seal(echoBody())));
  await google.close();
  return bodies;
}
