import { joseKeys } from '../jose-keys.ts';
import type { Refusal } from '../reference/call.ts';
import { type PeekedJose, peekJose } from '../reference/jose-peek.ts';
import { type OddSealing, sealFor, undecryptable, wronglySigned } from '../reference/jose-seal.ts';
import type { Fault } from '../reference/server.ts';
import type { Faults } from './fault.ts';
import { somehow } from './probe.ts';

const { googleSigning2, googleRetired, integratorEncryption, integratorEncryption2 } = joseKeys;

type When = (message: PeekedJose) => boolean;

const accepts = (when: When): Fault => ({
  seal: (right) => ({
    ...right,
    open: async (body) => {
      const message = await peekJose(body);
      return when(message) ? (message.payload ?? somehow()) : right.open(body);
    },
  }),
});

/** Takes a body for a probe whatever is in it. */
const guesses = (when: When): Fault => ({
  seal: (right) => ({
    ...right,
    open: async (body) => (when(await peekJose(body)) ? somehow() : right.open(body)),
  }),
});

const refuses = (when: When, refusal: () => Refusal = undecryptable): Fault => ({
  seal: (right) => ({
    ...right,
    open: async (body) => {
      if (when(await peekJose(body))) throw refusal();
      return right.open(body);
    },
  }),
});

const seals = (odd: OddSealing): Fault => ({
  seal: (right) => ({ ...right, seal: (payload) => sealFor(payload, true, odd) }),
});

const signed =
  (how: PeekedJose['signature']): When =>
  ({ stage, signature }) =>
    stage === 'opened' && signature === how;
const algorithm = ({ jwsHeader }: PeekedJose) => jwsHeader.alg;
/** A JWE in the agreed algorithms whose key nobody can decrypt. */
const lockedOut: When = ({ parts, stage, jweHeader }) =>
  parts.length === 5 &&
  stage === 'received' &&
  jweHeader.kid === integratorEncryption.kid &&
  jweHeader.alg === 'RSA-OAEP-256';

export const joseFaults: Faults = {
  'sealing/jose-opens-standard': {
    fault: refuses(() => true),
    also: { nearlyAll: 'the standard form is the one in which every other check asks, too' },
  },
  'sealing/jose-opens-second-key': refuses(({ jweHeader }) => jweHeader.kid === integratorEncryption2.kid),
  'sealing/jose-opens-second-signer': refuses(
    ({ jwsHeader }) => jwsHeader.kid === googleSigning2.kid,
    wronglySigned,
  ),
  'sealing/jose-opens-compressed': refuses(({ jweHeader }) => jweHeader.zip === 'DEF'),
  'sealing/jose-opens-issued-at': refuses(({ jwsHeader }) => 'iat' in jwsHeader, wronglySigned),
  'sealing/jose-refuses-unknown-key-id': guesses(
    ({ jweHeader }) => jweHeader.kid === 'nobody-knows-this-key',
  ),
  'sealing/jose-refuses-borrowed-key-id': {
    fault: guesses(lockedOut),
    also: ['sealing/jose-refuses-changed-key'],
  },
  'sealing/jose-refuses-changed-key': {
    fault: guesses(lockedOut),
    also: ['sealing/jose-refuses-borrowed-key-id'],
  },
  'sealing/jose-refuses-changed-ciphertext': guesses(
    ({ parts, stage, signature }) => parts.length === 5 && stage === 'decrypted' && signature !== 'holds',
  ),
  'sealing/jose-refuses-changed-tag': accepts(
    ({ parts, stage, signature }) => parts.length === 5 && stage === 'decrypted' && signature === 'holds',
  ),
  'sealing/jose-refuses-four-parts': guesses(({ parts }) => parts.length === 4),
  'sealing/jose-refuses-clear-json': guesses(({ text }) => text.startsWith('{"sendOtpRequestId"')),
  'sealing/jose-refuses-rsa1-5': guesses(({ jweHeader }) => jweHeader.alg === 'RSA1_5'),
  'sealing/jose-refuses-password-based-key': guesses(({ jweHeader }) => 'p2c' in jweHeader),
  'sealing/jose-refuses-unknown-critical-header': accepts(({ jweHeader }) => 'crit' in jweHeader),
  'sealing/jose-refuses-unencrypted': guesses(({ parts }) => parts.length === 3),
  'sealing/jose-refuses-unsigned': accepts(
    ({ stage, inner, jweHeader }) => stage === 'opened' && inner.length !== 3 && !('zip' in jweHeader),
  ),
  'sealing/jose-refuses-unknown-signer': accepts(
    ({ jwsHeader }) => jwsHeader.kid === 'nobody-knows-this-key',
  ),
  'sealing/jose-refuses-retired-signer': accepts(({ jwsHeader }) => jwsHeader.kid === googleRetired.kid),
  'sealing/jose-refuses-changed-payload': accepts(signed('of-other-text')),
  'sealing/jose-refuses-borrowed-signer': accepts(
    (message) =>
      signed('of-other-key')(message) &&
      message.inner[2] !== '' &&
      algorithm(message) === 'RS256' &&
      !('jwk' in message.jwsHeader),
  ),
  'sealing/jose-refuses-algorithm-none': accepts((message) => algorithm(message) === 'none'),
  'sealing/jose-refuses-empty-signature': accepts(
    (message) => algorithm(message) === 'RS256' && message.inner[2] === '',
  ),
  'sealing/jose-refuses-hmac-with-public-key': accepts((message) => algorithm(message) === 'HS256'),
  'sealing/jose-refuses-key-in-header': accepts(({ jwsHeader }) => 'jwk' in jwsHeader),
  'sealing/jose-answer-key-ids': seals({ kid: false }),
  'sealing/jose-answer-algorithms': seals({ alg: 'RSA-OAEP-512' }),
};
