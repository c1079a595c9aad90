import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import * as openpgp from 'openpgp';
import type { ConformanceConfig } from '../../run/config.ts';
import { ConformanceConfigError } from '../../run/config-error.ts';
import { fingerprintOf, type PgpRecipient, type PgpSigner } from './pgp-packets.ts';

/** The keys of both sides, ready to use. */
export interface PgpKeys {
  /** Google's, first the one that signs by default. */
  readonly signers: readonly PgpSigner[];
  /** Encryption subkeys of the first of Google's keys, if it has one. Not made for signing. [PGP-8] */
  readonly encryptionOnly: PgpSigner | undefined;
  readonly expired: PgpSigner | undefined;
  readonly revoked: PgpSigner | undefined;
  readonly decryption: readonly openpgp.PrivateKey[];
  /** The integrator's encryption keys, first the one that is encrypted to by default. */
  readonly recipients: readonly PgpRecipient[];
  /** The primary key of the first of the integrator's keys, unless it is an encryption key itself. [PGP-7] */
  readonly signingOnly: PgpRecipient | undefined;
  readonly verification: readonly openpgp.PublicKey[];
}

interface KeyPacket {
  getKeyID(): { toHex(): string };
  getFingerprint(): string;
  readonly publicParams: object;
}

/** Throws `ConformanceConfigError` if a key can't be read or isn't RSA. */
export async function readPgpKeys(config: ConformanceConfig): Promise<PgpKeys> {
  const { google, integrator } = config;
  if (google === undefined || integrator === undefined) {
    throw new ConformanceConfigError('codec pgp needs google.privateKeys and integrator.publicKeys');
  }
  const unlock = (armoredKey: string) => readPrivate(armoredKey, google.passphrase);
  const own = await Promise.all(google.privateKeys.map(unlock));
  const theirs = await Promise.all(integrator.publicKeys.map(readPublic));
  const first = async (keys: readonly string[] | undefined) => {
    const key = keys?.[0] === undefined ? undefined : await unlock(keys[0]);
    return key === undefined ? undefined : signerOf(key.keyPacket);
  };
  const encryption = await own[0]?.getEncryptionKey().catch(() => undefined);
  const primary = theirs[0]?.keyPacket;
  const recipients = await Promise.all(theirs.map(recipientOf));
  return {
    signers: await Promise.all(own.map(async (key) => signerOf((await key.getSigningKey()).keyPacket))),
    encryptionOnly:
      encryption === undefined || encryption.keyPacket === own[0]?.keyPacket
        ? undefined
        : signerOf(encryption.keyPacket),
    expired: await first(google.expiredKeys),
    revoked: await first(google.revokedKeys),
    decryption: own,
    recipients,
    signingOnly:
      primary === undefined || keyIdOf(primary).equals(Buffer.from(recipients[0]?.keyId ?? []))
        ? undefined
        : { keyId: keyIdOf(primary), publicKey: publicOf(primary) },
    verification: theirs,
  };
}

let stranger: (PgpSigner & PgpRecipient) | undefined;

/** A key that nobody knows, made at the first call. */
export function strangeSigner(): PgpSigner & PgpRecipient {
  stranger ??= newSigner();
  return stranger;
}

function newSigner(): PgpSigner & PgpRecipient {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const fingerprint = fingerprintOf(publicKey, Math.floor(Date.now() / 1000));
  return { keyId: fingerprint.subarray(-8), fingerprint, publicKey, privateKey };
}

async function readPrivate(armoredKey: string, passphrase: string | undefined): Promise<openpgp.PrivateKey> {
  try {
    const key = await openpgp.readPrivateKey({ armoredKey });
    return passphrase === undefined || key.isDecrypted()
      ? key
      : await openpgp.decryptKey({ privateKey: key, passphrase });
  } catch (cause) {
    throw new ConformanceConfigError(`a key of google can't be read: ${told(cause)}`);
  }
}

async function readPublic(armoredKey: string): Promise<openpgp.PublicKey> {
  try {
    return await openpgp.readKey({ armoredKey });
  } catch (cause) {
    throw new ConformanceConfigError(`a key of integrator.publicKeys can't be read: ${told(cause)}`);
  }
}

async function recipientOf(key: openpgp.PublicKey): Promise<PgpRecipient> {
  const { keyPacket } = await key.getEncryptionKey().catch((cause: unknown) => {
    throw new ConformanceConfigError(`a key of integrator.publicKeys can't be encrypted to: ${told(cause)}`);
  });
  return { keyId: keyIdOf(keyPacket), publicKey: publicOf(keyPacket) };
}

function signerOf(packet: KeyPacket): PgpSigner {
  return {
    keyId: keyIdOf(packet),
    fingerprint: Buffer.from(packet.getFingerprint(), 'hex'),
    privateKey: privateOf(packet),
  };
}

function keyIdOf(packet: KeyPacket): Buffer {
  return Buffer.from(packet.getKeyID().toHex(), 'hex');
}

const number = (parameters: object, name: string): string => {
  const value: unknown = Object.getOwnPropertyDescriptor(parameters, name)?.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  throw new ConformanceConfigError('only RSA keys are used [ENC-5]');
};

function publicOf({ publicParams }: KeyPacket): KeyObject {
  const jwk = { kty: 'RSA', n: number(publicParams, 'n'), e: number(publicParams, 'e') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}

/** An RSA private key from the few numbers that OpenPGP keeps. */
function privateOf(packet: KeyPacket): KeyObject {
  const secret: unknown = Object.getOwnPropertyDescriptor(packet, 'privateParams')?.value;
  if (typeof secret !== 'object' || secret === null) {
    throw new ConformanceConfigError('a key of google has no private part');
  }
  const big = (name: string) => BigInt(`0x${Buffer.from(number(secret, name), 'base64url').toString('hex')}`);
  const [d, p, q] = [big('d'), big('p'), big('q')];
  const { publicParams } = packet;
  const encode = (value: bigint) => {
    const hex = value.toString(16);
    return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
  };
  const jwk = {
    kty: 'RSA',
    n: number(publicParams, 'n'),
    e: number(publicParams, 'e'),
    d: encode(d),
    p: encode(p),
    q: encode(q),
    dp: encode(d % (p - 1n)),
    dq: encode(d % (q - 1n)),
    qi: encode(inverse(q, p)),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

/** The number that times `value` is 1 modulo a prime. */
function inverse(value: bigint, prime: bigint): bigint {
  let [previous, rest] = [prime, value % prime];
  let [older, found] = [0n, 1n];
  while (rest > 1n) {
    const times = previous / rest;
    [previous, rest] = [rest, previous - times * rest];
    [older, found] = [found, older - times * found];
  }
  return ((found % prime) + prime) % prime;
}

function told(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
