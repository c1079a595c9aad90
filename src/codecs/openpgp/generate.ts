import { config, decryptKey, encryptKey, enums, generateKey, type PrivateKey } from 'openpgp';
import { Secret } from '../../ports/secret.ts';
import { checkRsaBits, lifetimeMsOf, RSA_BITS_MIN } from '../keys/key-limits.ts';
import { KeyRingError } from '../keys/key-ring.ts';
import type { KeyOrder, SubkeyOrder } from '../keys/new-key.ts';
import { readPrivateKeys } from './key-file.ts';

interface GeneratedPgpKey {
  /** Armored. */
  readonly privateKey: Secret;
  /** Armored, for Google. */
  readonly publicKey: string;
  /** Armored; to be kept apart and used if the private key is lost. */
  readonly revocationCertificate: Secret;
  readonly fingerprint: string;
  readonly expiresAtMs: number;
}

/**
 * Makes a key that `readPgpKeyRing` accepts: an RSA primary key that signs and certifies, and a subkey that encrypts.
 * [PGP-7] Throws `RangeError` for a strength or life that isn't allowed.
 */
export async function generatePgpKey(order: KeyOrder): Promise<GeneratedPgpKey> {
  const { name, email, environment, passphrase, nowMs, rsaBits = RSA_BITS_MIN, validityDays = 365 } = order;
  checkRsaBits(rsaBits);
  const { privateKey, revocationCertificate } = await generateKey({
    type: 'rsa',
    rsaBits,
    userIDs: { name, ...(email && { email }), ...(environment && { comment: environment }) },
    keyExpirationTime: lifetimeMsOf(validityDays) / 1000,
    subkeys: [{}],
    date: new Date(nowMs),
    format: 'object',
    // What a sender reads in the key. [PGP-10]
    config: { preferredSymmetricAlgorithm: enums.symmetric.aes256 },
  });
  await preferDigests(privateKey, new Date(nowMs));
  const publicKey = privateKey.toPublic();
  return {
    privateKey: new Secret(await armorPrivate(privateKey, passphrase)),
    publicKey: publicKey.armor(),
    revocationCertificate: new Secret(revocationCertificate),
    fingerprint: publicKey.getFingerprint(),
    expiresAtMs: Number(await publicKey.getExpirationTime()),
  };
}

/** What a sender reads in the key: SHA-384 first, and nothing that GnuPG 2.2 doesn't know and warns of. [PGP-9] */
const DIGESTS = [enums.hash.sha384, enums.hash.sha512, enums.hash.sha256];

/** The library names SHA-3 among them and can't be told not to, so the certificate is signed once more. */
async function preferDigests({ users, keyPacket }: PrivateKey, date: Date): Promise<void> {
  for (const { userID, selfCertifications } of users) {
    for (const certification of selfCertifications) {
      certification.preferredHashAlgorithms = DIGESTS;
      // Its salt is there already.
      const settings = { ...config, nonDeterministicSignaturesViaNotation: false };
      const signed = { userID, key: keyPacket };
      await (certification as unknown as Certification).sign(keyPacket, signed, date, false, settings);
    }
  }
}

/** As the library has it; its types know of signatures over data alone. */
interface Certification {
  sign(key: unknown, signed: object, date: Date, detached: boolean, settings: typeof config): Promise<void>;
}

/**
 * The same key with a further encryption subkey as strong as the primary key: the subkey is rotated, the primary key
 * and its older subkeys stay. [PGP-7]
 */
export async function addEncryptionSubkey(
  order: SubkeyOrder,
): Promise<Pick<GeneratedPgpKey, 'privateKey' | 'publicKey'>> {
  const { passphrase, nowMs, validityDays = 365 } = order;
  const [locked, another] = await readPrivateKeys(Buffer.from(order.privateKey.reveal()));
  if (!locked || another)
    throw new KeyRingError('there are several keys in the file; a subkey is added to one alone');
  const unlocked = locked.isDecrypted()
    ? locked
    : await decryptKey({ privateKey: locked, passphrase: passphrase?.reveal() ?? '' });
  const keyExpirationTime = lifetimeMsOf(validityDays) / 1000;
  const extended = await unlocked.addSubkey({ keyExpirationTime, date: new Date(nowMs) });
  return {
    privateKey: new Secret(await armorPrivate(extended, passphrase)),
    publicKey: extended.toPublic().armor(),
  };
}

async function armorPrivate(key: PrivateKey, passphrase: Secret | undefined): Promise<string> {
  if (!passphrase) return key.armor();
  const locked = await encryptKey({ privateKey: key, passphrase: passphrase.reveal() });
  return locked.armor();
}
