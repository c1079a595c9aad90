import { sentencesOf } from '../codecs/keys/key-ring.ts';
import type { KeyRings, KeySettings } from './keys.ts';

/** What of Google's keys is passed over, each as a sentence. [OQ-79] */
export function passedOverWarnings(rings: KeyRings): readonly string[] {
  return Object.values(rings).flatMap((ring) => sentencesOf(ring?.passedOver ?? []));
}

/**
 * Keys in Google's place that aren't Google's. With one of their own, people prove a sandbox; left where Google's real
 * keys are, whoever has its private half can order codes.
 */
export function forgedKeyWarnings(
  rings: KeyRings,
  { profile }: Pick<KeySettings, 'profile'>,
): readonly string[] {
  if (profile === 'sandbox') return [];
  return Object.entries(rings).flatMap(([kind, ring]) => {
    const keys = ring?.keys ?? [];
    const ours = keys.filter(({ purpose }) => purpose === 'sign').map(({ fingerprint }) => fingerprint);
    const forged = keys.filter(
      ({ purpose, environment, fingerprint }) =>
        purpose === 'verify' && (environment !== undefined || ours.includes(fingerprint)),
    );
    return forged.map(
      ({ keyId, source = '' }) =>
        `key ${keyId} of payload.${kind}.google (${source}) is one of yours and not Google's: take it out, for whoever has its private key can call in Google's place`,
    );
  });
}
