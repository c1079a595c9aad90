import { randomBytes } from 'node:crypto';
import { type Stats, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeFileFault, isThere } from '../ports/file-fault.ts';
import { makePrivateFolder } from '../ports/private-folder.ts';
import { Secret } from '../ports/secret.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { exposureOf, type Reader, ROOT, thisProcess } from './file-exposure.ts';
import { maskVariable } from './literal-credentials.ts';
import { isPlaceholder } from './placeholders.ts';
import { readRegularFile, SECRET_BYTES_MAX, UnreadableFile } from './read-file.ts';
import type { SecretReference } from './read-settings.ts';

/** What loading a secret came to. `warning` is for the operator; a problem is said in `reason` and `accepted`. */
export type LoadedSecret =
  | { readonly kind: 'loaded'; readonly secret: Secret; readonly warning?: string }
  | { readonly kind: 'faulty'; readonly reason: string; readonly accepted: string };

export interface SecretTerms {
  readonly sandbox: boolean;
  readonly minLength: number;
  /** It is no secret at all, such as a certificate: anyone may read its file, and it may stand in the configuration. */
  readonly mayBeSeen: boolean;
  /** The reference was given on a command line. */
  readonly onCommandLine: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A binary file is DER, and becomes PEM under this label. `undefined`: it is refused. */
  readonly derLabel?: string;
  /** `undefined`: 64 KiB. */
  readonly fileBytesMax?: number;
}

/** Loads what the reference points at; `file` must be absolute. The value's surrounding white space is not part of it. */
export function loadSecret(reference: SecretReference, terms: SecretTerms): LoadedSecret {
  if (reference.file !== undefined) return loadFromFile(reference.file, terms);
  if (reference.env !== undefined) {
    const value = terms.env[reference.env];
    if (!value) {
      // What is no variable may be the secret itself.
      const shown = maskVariable(reference.env);
      return faulty(`the environment variable ${shown} is not set`, 'a variable that is set');
    }
    const place = `the environment variable ${reference.env}`;
    return checked(value, place, `{env: ${reference.env}}`, terms);
  }
  if (terms.onCommandLine && !terms.mayBeSeen) {
    // Every user of the machine can list it, and shells keep it.
    return faulty('a secret stands on the command line', '{file: …} or {env: …}');
  }
  if (!terms.sandbox && !terms.mayBeSeen) {
    return faulty('a secret stands in the configuration itself', 'in production, {file: …} or {env: …}');
  }
  return checked(reference.value ?? '', 'the value', '{value: …}', terms);
}

/** A secret for the sandbox, made on first use and kept in a file that only its owner can read. */
export function loadOrMakeSecret(file: string, terms: SecretTerms): LoadedSecret {
  try {
    makePrivateFolder(dirname(file));
    // `wx` never replaces one that is there, nor one that another process makes just now.
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!isExisting(error))
      return faulty(
        error instanceof UnavailableError
          ? error.message
          : `can't be made: ${describeFileFault(error, file) ?? error}`,
        'a data directory to write to',
      );
  }
  return loadFromFile(file, terms);
}

/** The same, but not made: it has no value before a first start has made it. */
export function loadMadeSecret(file: string, terms: SecretTerms): LoadedSecret {
  try {
    if (!isThere(file)) return { kind: 'loaded', secret: new Secret('', '[made at the first start]') };
  } catch (error) {
    if (error instanceof UnavailableError)
      return faulty(error.message, 'a data directory that can be entered');
    throw error;
  }
  return loadFromFile(file, terms);
}

function loadFromFile(file: string, terms: SecretTerms): LoadedSecret {
  let read: Buffer | undefined;
  try {
    const { bytes, stats } = readRegularFile(file, terms.fileBytesMax ?? SECRET_BYTES_MAX);
    read = bytes;
    const text = textOf(bytes) ?? pemOf(bytes, terms.derLabel);
    // Read as text all the same, a binary secret would lose most of what makes it hard to guess.
    if (text === undefined)
      return faulty(
        `${file} is binary`,
        'text in UTF-8; certificates as PEM, OpenPGP keys armored as by gpg --armor',
      );
    const loaded = checked(text, file, `{file: ${file}}`, terms);
    const reader = thisProcess();
    const exposure = terms.mayBeSeen || !reader ? undefined : exposureOf(stats, reader);
    if (loaded.kind === 'faulty' || !reader || exposure === undefined) return loaded;
    const reason = `${file} ${exposure}`;
    return terms.sandbox
      ? { ...loaded, warning: `${reason}; production refuses that` }
      : faulty(reason, `${MODES}: ${remedyFor(stats, reader, file)}`);
  } catch (error) {
    if (error instanceof UnreadableFile) return faulty(error.message, error.accepted);
    throw error;
  } finally {
    read?.fill(0);
  }
}

const MODES =
  "mode 600 or 400; or 640 or 440, owned by root or this process's user, with a group that the process is in";

/** What leaves the file to the server, and to nobody else: for a process that isn't its owner, `chmod 600` alone takes it away. */
function remedyFor({ mode, uid, gid }: Stats, { user, groups }: Reader, file: string): string {
  if (user === ROOT) {
    // Root reads everything, is in none of the server's groups, and knows nothing of its user.
    const groupAlone = (mode & 0o027) === 0;
    if (uid === ROOT && groupAlone) return "run this as the server's user, as with sudo -u USER";
    return `chown USER ${file} && chmod 600 ${file}, where USER is the server's user`;
  }
  if (uid === user) return `chmod 600 ${file}`;
  if (uid === ROOT && groups.includes(gid)) return `chmod 640 ${file}, as root`;
  return `chown ${user} ${file} && chmod 600 ${file}, as root`;
}

function pemOf(der: Buffer, label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** When printed, it shows where it is kept, as the configuration writes it. */
function checked(text: string, place: string, shown: string, terms: SecretTerms): LoadedSecret {
  const value = text.trim();
  if (!terms.sandbox && isPlaceholder(value))
    return faulty(`${place} holds a placeholder that was left`, 'what it stands for');
  if (value.length >= terms.minLength) return { kind: 'loaded', secret: new Secret(value, shown) };
  if (terms.minLength === 1) return faulty(`${place} is empty`, 'a value');
  return faulty(
    `${place} holds ${value.length} characters`,
    `${terms.minLength} characters or more: openssl rand -base64 32`,
  );
}

function faulty(reason: string, accepted: string): LoadedSecret {
  return { kind: 'faulty', reason, accepted };
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
