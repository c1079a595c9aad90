import type { RingKey } from '../keys/key-ring.ts';

/** An RSA key out of an OpenPGP certificate, checked. */
export interface PgpKey extends RingKey {
  /** Fingerprint of the certificate's primary key, 40 lower-case hexadecimal digits. */
  readonly certificate: string;
  /** Wall clock. A signature can't be older than its key. */
  readonly createdAtMs: number;
  readonly modulusBytes: number;
}
