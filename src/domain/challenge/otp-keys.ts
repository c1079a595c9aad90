import type { KeyObject } from 'node:crypto';

/** The server's secrets. None of them is in the database. */
export interface OtpKeys {
  /** By id; every one still verifies the codes that were made with it. */
  readonly codeSecrets: ReadonlyMap<string, KeyObject>;
  /** Which of them makes new codes. */
  readonly activeCodeSecretId: string;
  /** For fingerprints and for the digests of account ids, phone numbers and receipt keys. */
  readonly digestKey: KeyObject;
}
