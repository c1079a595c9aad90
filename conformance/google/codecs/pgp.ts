import * as openpgp from 'openpgp';
import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import { type Codec, SealingFault } from './codec.ts';
import type { PgpKeys } from './pgp-keys.ts';
import {
  armored,
  compressed,
  literal,
  newSessionKey,
  onePass,
  type PgpCipher,
  type PgpHash,
  type PgpRecipient,
  type PgpSigner,
  protectedData,
  sessionKeyFor,
  signature,
  unprotectedData,
} from './pgp-packets.ts';

/** How one message differs from what Google would send. */
export interface PgpSealing {
  /** In the order of their signatures in the message. Default: Google's first key. */
  readonly signers?: readonly PgpSigner[];
  readonly hash?: PgpHash;
  /** What is signed, if not the payload. */
  readonly signed?: Uint8Array;
  /** A second literal packet behind the signatures. */
  readonly appended?: Uint8Array;
  readonly recipients?: readonly PgpRecipient[];
  readonly cipher?: PgpCipher;
  readonly compression?: 'zip' | 'zlib';
  /** `false`: no modification detection code. */
  readonly integrity?: false;
  /** `false`: only signed. */
  readonly encrypted?: false;
  /** Changes the finished message before it is encoded. */
  readonly damage?: (message: Buffer) => Uint8Array;
  readonly armor?: true;
  /** Default: base64url with padding. */
  readonly encode?: (message: Uint8Array) => Uint8Array;
}

/** What a body turned out to be. */
export interface PgpAnswer {
  readonly payload: Uint8Array;
  /** As OpenPGP.js names it, such as `aes256`. `undefined`: not told. */
  readonly cipher: string | undefined;
  readonly integrity: boolean;
  /** Hash names of the signatures that hold, such as `sha384`. */
  readonly hashes: readonly string[];
}

/** Google's side of OpenPGP: writes messages by hand, reads them with OpenPGP.js. */
export class PgpCodec implements Codec {
  readonly name = 'pgp';
  readonly contentType = 'application/octet-stream; charset=utf-8';
  readonly keys: PgpKeys;

  constructor(keys: PgpKeys) {
    this.keys = keys;
  }

  readonly seal = async (payload: Uint8Array): Promise<Uint8Array> => this.sealAs(payload, {});

  readonly open = async (body: Uint8Array): Promise<Uint8Array> => (await this.inspect(body)).payload;

  sealAs(payload: Uint8Array, sealing: PgpSealing): Uint8Array {
    const signedMessage = this.#sign(payload, sealing);
    const content =
      sealing.compression === undefined ? signedMessage : compressed(sealing.compression, signedMessage);
    const message = sealing.encrypted === false ? content : this.#encrypt(content, sealing);
    const damaged = sealing.damage?.(message) ?? message;
    const encode = sealing.encode ?? encodeBase64Url;
    return encode(sealing.armor === true ? armored(damaged) : damaged);
  }

  /** Opens a body and tells how it was sealed. Throws `SealingFault`. */
  async inspect(body: Uint8Array): Promise<PgpAnswer> {
    const message = await readMessage(decodeBase64Url(body));
    const config = {
      allowUnauthenticatedMessages: true,
      rejectMessageHashAlgorithms: new Set<openpgp.enums.hash>(),
    };
    const decryptionKeys = [...this.keys.decryption];
    const found = await openpgp.decryptSessionKeys({ message, decryptionKeys, config }).catch(() => {
      throw new SealingFault('the body is not encrypted to a key of Google');
    });
    const sessionKeys = found.flatMap(({ data, algorithm }) =>
      algorithm === null ? [] : [{ data, algorithm }],
    );
    const verificationKeys = [...this.keys.verification];
    const opened = await openpgp
      .decrypt({ message, sessionKeys, verificationKeys, format: 'binary', config })
      .catch((cause: Error) => {
        throw new SealingFault(`the body can't be decrypted: ${cause.message}`);
      });
    const hashes = await Promise.all(opened.signatures.map(hashIfValid));
    const valid = hashes.filter((hash) => hash !== undefined);
    if (valid.length === 0)
      throw new SealingFault('the body has no valid signature by a key of the integrator');
    return {
      payload: opened.data,
      cipher: sessionKeys[0]?.algorithm,
      integrity: !message.packets.some(
        (packet) => packet instanceof openpgp.SymmetricallyEncryptedDataPacket,
      ),
      hashes: valid,
    };
  }

  #sign(payload: Uint8Array, { signers, hash = 'sha384', signed = payload, appended }: PgpSealing): Buffer {
    const by = signers ?? this.keys.signers.slice(0, 1);
    // The first one-pass packet belongs to the last signature.
    const announced = [...by].reverse().map((signer, at) => onePass(signer, hash, at === by.length - 1));
    return Buffer.concat([
      ...announced,
      literal(payload),
      ...by.map((signer) => signature(signer, hash, signed)),
      ...(appended === undefined ? [] : [literal(appended)]),
    ]);
  }

  #encrypt(content: Buffer, { recipients, cipher = 'aes-256', integrity }: PgpSealing): Buffer {
    const key = newSessionKey(cipher);
    const to = recipients ?? this.keys.recipients.slice(0, 1);
    const sealed =
      integrity === false ? unprotectedData(cipher, key, content) : protectedData(cipher, key, content);
    return Buffer.concat([...to.map((recipient) => sessionKeyFor(recipient, cipher, key)), sealed]);
  }
}

async function readMessage(bytes: Buffer): Promise<openpgp.Message<Uint8Array>> {
  try {
    const isArmored = bytes.subarray(0, 10).toString('latin1') === '-----BEGIN';
    const binaryMessage = isArmored ? await unarmor(bytes.toString('latin1')) : new Uint8Array(bytes);
    return await openpgp.readMessage({ binaryMessage });
  } catch (cause) {
    throw new SealingFault(
      `the body is no OpenPGP message: ${cause instanceof Error ? cause.message : cause}`,
    );
  }
}

async function unarmor(text: string): Promise<Uint8Array> {
  const { data } = await openpgp.unarmor(text);
  if (data instanceof Uint8Array) return data;
  throw new SealingFault('the armor is empty');
}

interface Verification {
  readonly verified: Promise<unknown>;
  readonly signature: Promise<openpgp.Signature>;
}

async function hashIfValid({ verified, signature: made }: Verification): Promise<string | undefined> {
  try {
    await verified;
    const hash = (await made).packets[0]?.hashAlgorithm;
    return hash === null || hash === undefined ? undefined : openpgp.enums.read(openpgp.enums.hash, hash);
  } catch {
    return undefined;
  }
}
