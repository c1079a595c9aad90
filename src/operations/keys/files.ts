import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exportPublicJwks, generateJwks } from '../../codecs/jose/jwk-generate.ts';
import { type KeyEnvironment, KeyRingError } from '../../codecs/keys/key-ring.ts';
import { exportPublicKeys } from '../../codecs/openpgp/export.ts';
import { addEncryptionSubkey, generatePgpKey } from '../../codecs/openpgp/generate.ts';
import { readPgpKeyRing } from '../../codecs/openpgp/keys.ts';
import { readRegularFile, SECRET_BYTES_MAX, UnreadableFile } from '../../config/read-file.ts';
import { makePrivateFolder } from '../../ports/private-folder.ts';
import { Secret } from '../../ports/secret.ts';

export { KeyRingError as UnusableKey } from '../../codecs/keys/key-ring.ts';

export const keyKinds = ['pgp', 'jwe'] as const;

/** What bodies a key is for. */
export type KeyKind = (typeof keyKinds)[number];

export interface NewKeyOrder {
  readonly kind: KeyKind;
  readonly environment: KeyEnvironment;
  /** For OpenPGP: whose key it is. */
  readonly name: string;
  readonly email?: string | undefined;
  /** 2048 to 4096. */
  readonly rsaBits: number;
  /** 1 to 731. */
  readonly validityDays: number;
  /** For OpenPGP; `undefined`: the private key isn't protected but by the mode of its file. */
  readonly passphrase?: Secret | undefined;
  /** For JWKs; default RS256. */
  readonly signing?: SigningAlgorithm | undefined;
  /** For JWKs; default RSA-OAEP-256. */
  readonly keyManagement?: 'RSA-OAEP-256' | 'RSA-OAEP' | undefined;
  /** Where the files go; made if missing. */
  readonly directory: string;
  readonly nowMs: number;
}

export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256';

/** A file with a private key, and what it is for. */
export interface PrivateKeyFile {
  readonly file: string;
  readonly use: 'sign and decrypt' | 'sign' | 'decrypt';
}

export interface NewKey {
  readonly kind: KeyKind;
  readonly privateFiles: readonly PrivateKeyFile[];
  /** To hand to Google. */
  readonly publicFile: string;
  /** To be kept elsewhere, for the day the private key is lost. */
  readonly revocationFile: string | undefined;
  /** OpenPGP fingerprint, or JWK thumbprints. */
  readonly fingerprints: readonly string[];
  readonly expiresAtMs: number;
}

/**
 * Makes a key and writes it down: private files that only their owner can read, and a public one. Never overwrites.
 * Throws `RangeError` for a strength or life that isn't allowed. A JWK set has a file for signing and one for
 * decrypting, so that a rotation can begin to use them at different times.
 */
export function writeNewKey(order: NewKeyOrder): Promise<NewKey> {
  return order.kind === 'pgp' ? writePgpKey(order) : writeJwks(order);
}

async function writePgpKey(order: NewKeyOrder): Promise<NewKey> {
  const made = await generatePgpKey(order);
  const begin = fileBeginning(order, made.fingerprint);
  const file = writeSecret(`${begin}.asc`, made.privateKey.reveal());
  return {
    kind: 'pgp',
    privateFiles: [{ file, use: 'sign and decrypt' }],
    publicFile: writePublic(`${begin}.public.asc`, made.publicKey),
    revocationFile: writeSecret(`${begin}.revocation.asc`, made.revocationCertificate.reveal()),
    fingerprints: [made.fingerprint],
    expiresAtMs: made.expiresAtMs,
  };
}

async function writeJwks(order: NewKeyOrder): Promise<NewKey> {
  const [signing, decrypting] = await Promise.all([
    generateJwks({ ...order, purposes: ['sign'] }),
    generateJwks({ ...order, purposes: ['decrypt'] }),
  ]);
  const fingerprints = [...signing.keyIds, ...decrypting.keyIds];
  const begin = fileBeginning(order, fingerprints[0]?.replace(`${order.environment}-`, '') ?? '');
  return {
    kind: 'jwe',
    privateFiles: [
      { file: writeSecret(`${begin}.sign.json`, signing.privateSet.reveal()), use: 'sign' },
      { file: writeSecret(`${begin}.decrypt.json`, decrypting.privateSet.reveal()), use: 'decrypt' },
    ],
    publicFile: writePublic(`${begin}.public.json`, joinJwks([signing.publicSet, decrypting.publicSet])),
    revocationFile: undefined,
    fingerprints,
    expiresAtMs: signing.expiresAtMs,
  };
}

export interface SubkeyFileOrder {
  readonly privateKey: Secret;
  readonly passphrase?: Secret | undefined;
  readonly environment: KeyEnvironment;
  /** 1 to 731, within the life of the key itself. */
  readonly validityDays: number;
  readonly directory: string;
  readonly nowMs: number;
}

/** Writes an OpenPGP key down once more, with a further encryption subkey; its passphrase stays. [PGP-7] */
export async function writeNewSubkey(order: SubkeyFileOrder): Promise<Omit<NewKey, 'revocationFile'>> {
  const extended = await addEncryptionSubkey(order);
  const peer = [{ name: 'the new key', bytes: Buffer.from(extended.publicKey) }];
  const { nowMs } = order;
  const { keys } = await readPgpKeyRing({ own: [], peer, purposes: [], graceMs: 0, nowMs });
  const newest = keys.find(({ purpose }) => purpose === 'encrypt');
  if (!newest) throw new TypeError('a key with a subkey has one to encrypt with');
  const begin = fileBeginning({ ...order, kind: 'pgp' }, newest.fingerprint);
  return {
    kind: 'pgp',
    privateFiles: [
      { file: writeSecret(`${begin}.asc`, extended.privateKey.reveal()), use: 'sign and decrypt' },
    ],
    publicFile: writePublic(`${begin}.public.asc`, extended.publicKey),
    fingerprints: [newest.certificate],
    expiresAtMs: newest.expiresAtMs ?? 0,
  };
}

/** Removes the files of a key that came to nothing. */
export function removeKey(
  key: Pick<NewKey, 'privateFiles' | 'publicFile'> & { readonly revocationFile?: string | undefined },
): void {
  const files = [
    ...key.privateFiles.map(({ file }) => file),
    key.publicFile,
    key.revocationFile ?? [],
  ].flat();
  for (const file of files) rmSync(file, { force: true });
}

/** The public part of private keys of one kind, as one text to hand to Google. Throws `UnusableKey`. [ENC-3] */
export async function exportKeys(files: readonly string[]): Promise<string> {
  const texts = files.map((file) => ({ file, bytes: readKeyBytes(file) }));
  const kinds = new Set(texts.map(({ bytes }) => kindOf(bytes)));
  if (kinds.size > 1)
    throw new KeyRingError('the files hold OpenPGP keys and JWKs; export one kind at a time');
  const parts = await Promise.all(
    texts.map(async ({ file, bytes }) => {
      try {
        return kinds.has('pgp')
          ? await exportPublicKeys(bytes)
          : exportPublicJwks(new Secret(bytes.toString('utf8')));
      } catch {
        throw new KeyRingError(`${file} holds no private key; an OpenPGP key or a JWK set is accepted`);
      }
    }),
  );
  return kinds.has('pgp') ? parts.join('') : joinJwks(parts);
}

function fileBeginning(
  { kind, environment, directory, nowMs }: Pick<NewKeyOrder, 'kind' | 'environment' | 'directory' | 'nowMs'>,
  fingerprint: string,
): string {
  return join(place(directory), `ours-${kind}-${environment}-${dayOf(nowMs)}-${shortened(fingerprint)}`);
}

function place(directory: string): string {
  makePrivateFolder(directory);
  return resolve(directory);
}

export const dayOf = (nowMs: number) => new Date(nowMs).toISOString().slice(0, 10);

/** How a configuration in YAML refers to a file, whatever its name is. */
export function fileReference(file: string): string {
  return `{file: ${/^[\w./-]+$/.test(file) ? file : JSON.stringify(file)}}`;
}

/** The text of a key file; messages call it as the configuration does. */
export function readKeySecret(file: string): Secret {
  return new Secret(readKeyBytes(file).toString('utf8').trim(), fileReference(file));
}

/** Enough of it to tell files apart, without what a file name shouldn't have. */
export const shortened = (fingerprint: string) => fingerprint.replace(/[^A-Za-z0-9]/g, '').slice(-8);

function writeSecret(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  return file;
}

function writePublic(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o644, flag: 'wx' });
  return file;
}

/** The bytes of a file with a key. Throws `UnreadableFile`, also where it is in UTF-16, as some editors save it. */
export function readKeyBytes(file: string): Buffer {
  const { bytes } = readRegularFile(file, SECRET_BYTES_MAX);
  if (/^(fffe|feff)/.test(bytes.toString('hex', 0, 2)))
    throw new UnreadableFile(`${file} is text in UTF-16`, 'a file in UTF-8');
  return bytes;
}

/** A JWK set is JSON, whatever white space or byte order mark it begins with, even where it is a bare list, and no set. */
export function kindOf(bytes: Buffer): KeyKind {
  return /^[{[]/.test(bytes.toString('utf8').trimStart()) ? 'jwe' : 'pgp';
}

function joinJwks(sets: readonly string[]): string {
  const keys = sets.flatMap((set) => (JSON.parse(set) as { readonly keys: readonly unknown[] }).keys);
  return `${JSON.stringify({ keys }, null, 2)}\n`;
}
