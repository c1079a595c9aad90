import * as openpgp from 'openpgp';
import { Refusal } from './call.ts';
import type { Seal } from './server.ts';

export interface PgpSealKeys {
  readonly own: readonly openpgp.PrivateKey[];
  readonly google: readonly openpgp.PublicKey[];
}

/** Everything that a fault could look at, right or wrong. */
export interface PeekedMessage {
  readonly text: string;
  /** The last thing that went well. */
  readonly stage: 'received' | 'parsed' | 'key-found' | 'opened';
  /** What went wrong then. */
  readonly fault: string;
  readonly armored: boolean;
  readonly recipients: readonly string[];
  /** Names of the outer packets' classes. */
  readonly packets: readonly string[];
  readonly cipher: string | undefined;
  readonly compression: openpgp.enums.compression | undefined;
  readonly signatures: readonly PeekedSignature[];
  readonly payload: Uint8Array | undefined;
}

export interface PeekedSignature {
  readonly keyId: string;
  readonly hash: openpgp.enums.hash | null | undefined;
  /** Empty: it holds. */
  readonly fault: string;
}

type AnyMessage = Awaited<ReturnType<openpgp.Message<Uint8Array>['decrypt']>>;

const lenient: openpgp.PartialConfig = {
  allowUnauthenticatedMessages: true,
  allowInsecureDecryptionWithSigningKeys: true,
  rejectMessageHashAlgorithms: new Set(),
};

/** Reads a message as far as that is possible, forgiving everything. */
export async function peek(body: Buffer, keys: PgpSealKeys): Promise<PeekedMessage> {
  let peeked: PeekedMessage = {
    text: body.toString('latin1'),
    stage: 'received',
    fault: '',
    armored: false,
    recipients: [],
    packets: [],
    cipher: undefined,
    compression: undefined,
    signatures: [],
    payload: undefined,
  };
  try {
    const binary = (body[0] ?? 0) >= 0x80 ? body : Buffer.from(peeked.text, 'base64url');
    const message = await readAny(binary, lenient);
    const recipients = message.getEncryptionKeyIDs().map((id) => id.toHex());
    const armored = binary.toString('latin1').startsWith('-----');
    const packets = message.packets.map((packet) => packet.constructor.name);
    peeked = { ...peeked, stage: 'parsed', armored, recipients, packets };
    const reading = { verificationKeys: [...keys.google], format: 'binary' as const, config: lenient };
    if (recipients.length === 0)
      return { ...peeked, ...(await told(await openpgp.verify({ message, ...reading }))) };
    const sessionKeys = await findSessionKeys(message, keys, lenient);
    peeked = { ...peeked, stage: 'key-found', cipher: sessionKeys[0]?.algorithm };
    const opened = await openpgp.decrypt({ message, sessionKeys, ...reading });
    const compression = await compressionOf(binary, armored, sessionKeys);
    return { ...peeked, ...(await told(opened)), compression };
  } catch (cause) {
    return { ...peeked, fault: cause instanceof Error ? cause.message : '' };
  }
}

type Opened = Pick<openpgp.DecryptMessageResult & { data: Uint8Array }, 'data' | 'signatures'>;

async function told({ data, signatures }: Opened): Promise<Partial<PeekedMessage>> {
  const judged = signatures.map(async ({ keyID, verified, signature }): Promise<PeekedSignature> => {
    const fault = await verified.then(
      () => '',
      (cause: Error) => cause.message,
    );
    return { keyId: keyID.toHex(), hash: (await signature).packets[0]?.hashAlgorithm, fault };
  });
  return { stage: 'opened', signatures: await Promise.all(judged), payload: data };
}

async function compressionOf(binary: Buffer, armored: boolean, sessionKeys: openpgp.SessionKey[]) {
  if (armored) return undefined;
  const message = await readAny(binary, lenient);
  const { packets } = await message.decrypt(undefined, undefined, sessionKeys, undefined, {
    ...openpgp.config,
    ...lenient,
  });
  const compressed = packets.find((packet) => packet instanceof openpgp.CompressedDataPacket);
  return Object.getOwnPropertyDescriptor(compressed ?? {}, 'algorithm')?.value;
}

async function readAny(bytes: Buffer, config: openpgp.PartialConfig) {
  if (!bytes.toString('latin1').startsWith('-----')) {
    return openpgp.readMessage({ binaryMessage: new Uint8Array(bytes), config });
  }
  const { data } = await openpgp.unarmor(bytes.toString('latin1'));
  if (!(data instanceof Uint8Array)) throw new Error('no armor');
  return openpgp.readMessage({ binaryMessage: data, config });
}

const undecryptable = () => new Refusal(400, 'INVALID_PAYLOAD_ENCRYPTION', 'the body cannot be opened');
const strong = new Set([
  openpgp.enums.symmetric.aes128,
  openpgp.enums.symmetric.aes192,
  openpgp.enums.symmetric.aes256,
]);

/** OpenPGP by OpenPGP.js, and no more lenient than the protocol. */
export function pgpSeal(keys: PgpSealKeys): Seal {
  return {
    mediaType: 'application/octet-stream',
    contentType: 'application/octet-stream; charset=utf-8',
    open: (body) => open(body, keys),
    seal: async (payload) => encodePadded(await encrypt(payload, keys, {})),
  };
}

async function open(body: Buffer, keys: PgpSealKeys): Promise<Uint8Array> {
  const text = body.toString('latin1').replace(/\n$/, '');
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text)) throw undecryptable();
  let opened: Awaited<ReturnType<typeof decrypt>>;
  try {
    opened = await decrypt(await readAny(Buffer.from(text, 'base64url'), {}), keys);
  } catch {
    throw undecryptable();
  }
  const valid = await Promise.all(
    opened.signatures.map(({ verified }) =>
      verified.then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!valid.includes(true))
    throw new Refusal(401, 'INVALID_PAYLOAD_SIGNATURE', 'no valid signature by a known key');
  return opened.data;
}

async function findSessionKeys(message: AnyMessage, { own }: PgpSealKeys, config: openpgp.PartialConfig) {
  const found = await openpgp.decryptSessionKeys({ message, decryptionKeys: [...own], config });
  return found.flatMap(({ data, algorithm }) => (algorithm === null ? [] : [{ data, algorithm }]));
}

async function decrypt(message: AnyMessage, keys: PgpSealKeys) {
  const sessionKeys = await findSessionKeys(message, keys, {});
  const cipher = sessionKeys[0]?.algorithm;
  if (cipher === undefined || !strong.has(openpgp.enums.symmetric[cipher])) throw undecryptable();
  return openpgp.decrypt({ message, sessionKeys, verificationKeys: [...keys.google], format: 'binary' });
}

export async function encrypt(
  payload: Uint8Array,
  keys: PgpSealKeys,
  config: openpgp.PartialConfig,
): Promise<Uint8Array> {
  return openpgp.encrypt({
    message: await openpgp.createMessage({ binary: new Uint8Array(payload) }),
    encryptionKeys: keys.google.slice(0, 1),
    signingKeys: keys.own.slice(0, 1),
    format: 'binary',
    config: { preferredHashAlgorithm: openpgp.enums.hash.sha384, ...config },
  });
}

export function encodePadded(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes).toString('base64url');
  return Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, '='));
}
