import { CURRENT_ALGORITHMS } from '../../../src/codecs/jose/algorithms.ts';
import { forgeJwe, forgeJws, type Header } from './forge.ts';
import { keyOf, REQUEST, readRing } from './jwe-vectors.ts';

export const ring = await readRing(['own'], ['google'], { allowed: CURRENT_ALGORITHMS });
export const googleRing = await readRing(['google', 'google-next'], ['own', 'own-next']);
export const recipient = keyOf(googleRing, 'encrypt', 'own-enc').key;
export const signer = keyOf(googleRing, 'sign', 'google-sig').key;

export const OUTER = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc', cty: 'JWT' };
export const INNER = { alg: 'RS256', kid: 'google-sig' };
export const JWS = forgeJws(INNER, REQUEST, signer);

/** A request whose one header is this one. */
export const withOuter = (header: Header) => forgeJwe(header, JWS, recipient);
export const withInner = (header: Header) => forgeJwe(OUTER, forgeJws(header, REQUEST, signer), recipient);
