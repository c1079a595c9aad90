import * as openpgp from 'openpgp';
import { PgpCodec } from '../../../conformance/google/codecs/pgp.ts';
import { readPgpKeys } from '../../../conformance/google/codecs/pgp-keys.ts';
import { pgpKeys } from '../pgp-keys.ts';
import { Refusal } from '../reference/call.ts';
import { encodePadded, encrypt, type PeekedMessage, type PgpSealKeys, peek } from '../reference/pgp-seal.ts';
import type { Fault } from '../reference/server.ts';
import type { Faults } from './fault.ts';
import { somehow } from './probe.ts';

const { google, google2, expired, revoked, integrator, integrator2 } = await pgpKeys;

export const referenceKeys: PgpSealKeys = {
  own: [integrator, integrator2],
  google: [google.toPublic(), google2.toPublic(), expired.toPublic(), revoked.toPublic()],
};

const idOf = (key: openpgp.Key) => key.getKeyID().toHex();
const subkeyOf = (key: openpgp.Key) => key.getSubkeys()[0]?.getKeyID().toHex() ?? '';
type When = (message: PeekedMessage) => boolean;

const accepts = (when: When): Fault => ({
  seal: (right) => ({
    ...right,
    open: async (body) => {
      const message = await peek(body, referenceKeys);
      return when(message) ? (message.payload ?? somehow()) : right.open(body);
    },
  }),
});

const refuses = (when: When, status = 400, code = 'INVALID_PAYLOAD_ENCRYPTION'): Fault => ({
  seal: (right) => ({
    ...right,
    open: async (body) => {
      if (when(await peek(body, referenceKeys))) throw new Refusal(status, code, 'not like this');
      return right.open(body);
    },
  }),
});

const known = idOf(google);
const main = subkeyOf(integrator);
const opened: When = ({ stage }) => stage === 'opened';
const signers = ({ signatures }: PeekedMessage) => signatures.map(({ keyId }) => keyId);
const signedBy =
  (...ids: readonly string[]): When =>
  (message) =>
    signers(message).join() === ids.join();
const isStrange = (id: string) =>
  ![...referenceKeys.google].some((key) => key.getKeyIDs().some((one) => one.toHex() === id));
const strangers = (message: PeekedMessage) => signers(message).filter(isStrange).length;
const sealedTo =
  (...ids: readonly string[]): When =>
  ({ recipients }) =>
    recipients.join() === ids.join();
const hashed =
  (hash: openpgp.enums.hash): When =>
  ({ signatures }) =>
    signatures[0]?.hash === hash;
const isSealed: When = ({ packets }) => packets.includes('SymEncryptedIntegrityProtectedDataPacket');
const isTampered = (fault: string) => /[Mm]odification/.test(fault);
const wrongly = (when: When): Fault => refuses(when, 401, 'INVALID_PAYLOAD_SIGNATURE');

const opening: Faults = {
  'sealing/pgp-opens-standard': {
    fault: refuses(() => true),
    also: { nearlyAll: 'the standard form is the one in which every other check asks, too' },
  },
  'sealing/pgp-opens-armor': refuses(({ armored }) => armored),
  'sealing/pgp-opens-zip': refuses(({ compression }) => compression === openpgp.enums.compression.zip),
  'sealing/pgp-opens-zlib': refuses(({ compression }) => compression === openpgp.enums.compression.zlib),
  'sealing/pgp-opens-several-recipients': refuses(({ recipients }) => recipients.length > 1),
  'sealing/pgp-opens-second-key': refuses(sealedTo(subkeyOf(integrator2))),
  'sealing/pgp-opens-second-signer': wrongly(signedBy(idOf(google2))),
  'sealing/pgp-opens-known-then-unknown-signer': wrongly(
    (message) => strangers(message) === 1 && signers(message)[0] === known,
  ),
  'sealing/pgp-opens-unknown-then-known-signer': wrongly(
    (message) => strangers(message) === 1 && signers(message)[1] === known,
  ),
  'sealing/pgp-opens-expired-beside-known-signer': wrongly(
    (message) => signers(message).length > 1 && signers(message).includes(idOf(expired)),
  ),
  'sealing/pgp-opens-five-signatures': wrongly((message) => strangers(message) === 4),
  'sealing/pgp-opens-unpadded-base64url': refuses(
    ({ text }) => text.length % 4 !== 0 && /^[\w-]+$/.test(text) && text.length > 500,
  ),
  'sealing/pgp-opens-trailing-line-break': refuses(({ text }) => text.endsWith('\n')),
};

const refusing: Faults = {
  'sealing/pgp-refuses-unsigned': accepts((message) => opened(message) && message.signatures.length === 0),
  'sealing/pgp-refuses-unknown-signer': accepts(
    (message) => signers(message).length === 1 && strangers(message) === 1,
  ),
  'sealing/pgp-refuses-expired-signer': accepts(signedBy(idOf(expired))),
  'sealing/pgp-refuses-revoked-signer': accepts(signedBy(idOf(revoked))),
  'sealing/pgp-refuses-signed-by-encryption-key': accepts(signedBy(subkeyOf(google))),
  'sealing/pgp-refuses-other-payload-signed': accepts(({ signatures }) =>
    /digest/.test(signatures[0]?.fault ?? ''),
  ),
  'sealing/pgp-refuses-borrowed-key-id': accepts(({ signatures }) =>
    /verification failed/.test(signatures[0]?.fault ?? ''),
  ),
  'sealing/pgp-refuses-md5-signature': accepts(hashed(openpgp.enums.hash.md5)),
  'sealing/pgp-refuses-sha1-signature': accepts(hashed(openpgp.enums.hash.sha1)),
  'sealing/pgp-refuses-second-literal': accepts(
    ({ stage, fault }) => stage === 'key-found' && !isTampered(fault),
  ),
  'sealing/pgp-refuses-strange-recipient': accepts(
    (message) => isSealed(message) && !sealedTo(main)(message) && message.stage === 'parsed',
  ),
  'sealing/pgp-refuses-borrowed-recipient': accepts(
    (message) => sealedTo(main)(message) && message.stage === 'parsed',
  ),
  'sealing/pgp-refuses-signing-key-as-recipient': accepts(sealedTo(idOf(integrator))),
  'sealing/pgp-refuses-unencrypted': accepts((message) => opened(message) && message.recipients.length === 0),
  'sealing/pgp-refuses-clear-json': accepts(({ text }) => text.startsWith('{"sendOtpRequestId"')),
  'sealing/pgp-refuses-flipped-bit': accepts(
    ({ stage, fault }) => stage === 'key-found' && isTampered(fault),
  ),
  'sealing/pgp-refuses-truncated': accepts(
    ({ stage, text }) => stage === 'received' && text.length > 500 && /^[\w=-]+$/.test(text),
  ),
  'sealing/pgp-refuses-no-integrity': accepts(({ packets }) =>
    packets.includes('SymmetricallyEncryptedDataPacket'),
  ),
  'sealing/pgp-refuses-weak-cipher': accepts(({ cipher }) => cipher === 'tripledes'),
  'sealing/pgp-refuses-raw-binary': accepts(({ text }) => text.charCodeAt(0) >= 0x80),
  'sealing/pgp-refuses-standard-base64': accepts(
    ({ text }) => /[+/]/.test(text) && /^[\w+/=]+$/.test(text) && text.length > 500,
  ),
  // Raw bytes hold these two as well, now and then.
  'sealing/pgp-refuses-dotted-base64url': accepts(({ text }) => /^[\w-]+\.\*[\w-]+$/.test(text)),
};

/** Seals its answers in another way. */
const seals = (make: (payload: Uint8Array) => Promise<Uint8Array>): Fault => ({
  seal: (right) => ({ ...right, seal: make }),
});
const reseals = (config: openpgp.PartialConfig): Fault =>
  seals(async (payload) => encodePadded(await encrypt(payload, referenceKeys, config)));

/** The integrator's side of the examiner's own writer, for what OpenPGP.js would never write. */
const writer = new PgpCodec(
  await readPgpKeys({
    google: { privateKeys: [integrator.armor()] },
    integrator: { publicKeys: [google.toPublic().armor()] },
  }),
);

const answering: Faults = {
  'sealing/pgp-answer-integrity': seals(async (payload) => writer.sealAs(payload, { integrity: false })),
  'sealing/pgp-answer-hash': reseals({ preferredHashAlgorithm: openpgp.enums.hash.sha256 }),
  'sealing/pgp-answer-cipher': reseals({ preferredSymmetricAlgorithm: openpgp.enums.symmetric.aes128 }),
  'sealing/pgp-answer-padding': seals(async (payload) =>
    Buffer.concat([encodePadded(await encrypt(payload, referenceKeys, {})), Buffer.from('\n')]),
  ),
};

export const pgpFaults: Faults = { ...opening, ...refusing, ...answering };
