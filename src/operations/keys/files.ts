import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KeyFormat } from '../../codecs/key-format.ts';
import { loadKeyFormat } from '../../codecs/key-formats.ts';
import { type KeyKind, keyTraits } from '../../codecs/keys/key-kind.ts';
import { type KeyEnvironment, KeyRingError } from '../../codecs/keys/key-ring.ts';
import type { ExtendedKey, GeneratedKey, KeyOrder, KeyUse, SubkeyOrder } from '../../codecs/keys/new-key.ts';
import { readRegularFile, SECRET_BYTES_MAX, UnreadableFile } from '../../config/read-file.ts';
import { makePrivateFolder } from '../../ports/private-folder.ts';
import { Secret } from '../../ports/secret.ts';

export {
  type KeyKind,
  keyKinds,
  keyTraits,
  type SigningAlgorithm,
  signingAlgorithms,
} from '../../codecs/keys/key-kind.ts';
export { KeyRingError as UnusableKey, LeakedKey, RevokedKey } from '../../codecs/keys/key-ring.ts';
export type { KeyHolder } from '../../codecs/keys/key-source.ts';

export interface NewKeyOrder extends KeyOrder {
  readonly kind: KeyKind;
  readonly environment: KeyEnvironment;
  /** Where the files go; made if missing. */
  readonly directory: string;
}

/** A key of ours in files. */
export interface NewKey {
  readonly kind: KeyKind;
  readonly privateFiles: readonly { readonly file: string; readonly use: KeyUse }[];
  /** To hand to Google. */
  readonly publicFile: string;
  /** To be kept elsewhere, for the day the private key is lost. */
  readonly revocationFile?: string | undefined;
  /** OpenPGP fingerprint, or JWK thumbprints. */
  readonly fingerprints: readonly string[];
  readonly expiresAtMs: number;
}

/**
 * Makes a key and writes it down: private files that only their owner can read, and a public one. Never overwrites.
 * Throws `RangeError` for a strength or life that isn't allowed. A format that has a key for each use has a file for
 * each, so that a rotation can begin to use them at different times. `format`: of that kind; `undefined`: on the terms
 * that settings have by default.
 */
export async function writeNewKey(order: NewKeyOrder, format?: KeyFormat): Promise<NewKey> {
  const made = await (format ?? (await loadKeyFormat(order.kind))).generate(order);
  const begin = fileBeginning(order, made.fingerprints[0] ?? '');
  const written = writeParts(order.kind, begin, made);
  const { revocation } = made;
  const file = `${begin}.revocation.${keyTraits[order.kind].ending}`;
  return { ...written, revocationFile: revocation && writeSecret(file, revocation.reveal()) };
}

export interface SubkeyFileOrder extends SubkeyOrder {
  readonly environment: KeyEnvironment;
  readonly directory: string;
}

/** Writes a key down once more, with a further encryption subkey; its passphrase stays. [PGP-7] */
export async function writeNewSubkey(
  order: SubkeyFileOrder,
  { kind, addSubkey }: KeyFormat,
): Promise<NewKey> {
  if (!addSubkey) throw new TypeError(`${kind} keys have no subkeys`);
  const extended = await addSubkey(order);
  return writeParts(kind, fileBeginning({ ...order, kind }, extended.subkey), extended);
}

function writeParts(
  kind: KeyKind,
  begin: string,
  { privateParts, publicText, fingerprints, expiresAtMs }: GeneratedKey | ExtendedKey,
): NewKey {
  const { ending } = keyTraits[kind];
  const isOne = privateParts.length === 1;
  return {
    kind,
    privateFiles: privateParts.map(({ text, use }) => ({
      file: writeSecret(`${begin}${isOne ? '' : `.${use}`}.${ending}`, text.reveal()),
      use,
    })),
    publicFile: writePublic(`${begin}.public.${ending}`, publicText),
    fingerprints,
    expiresAtMs,
  };
}

/** Removes the files of a key that came to nothing. */
export function removeKey(key: NewKey): void {
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
  const [kind, ...others] = new Set(texts.map(({ bytes }) => kindOf(bytes)));
  if (kind === undefined) return '';
  if (others.length > 0)
    throw new KeyRingError('the files hold OpenPGP keys and JWKs; export one kind at a time');
  const format = await loadKeyFormat(kind);
  const parts = await Promise.all(
    texts.map(({ file, bytes }) =>
      format.exportPublic(bytes).catch(() => {
        throw new KeyRingError(`${file} holds no private key; an OpenPGP key or a JWK set is accepted`);
      }),
    ),
  );
  return format.joinPublic(parts);
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
