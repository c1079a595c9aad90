/** A rotation that could not end well, so that none is begun. */
export class RotationRefused extends Error {
  override readonly name = 'RotationRefused';
  readonly reason: RotationRefusal;
  /** Where the new key expires too early: it has to live for more days than these. */
  readonly days: number | undefined;

  constructor(reason: RotationRefusal, message: string, days?: number) {
    super(message);
    this.reason = reason;
    this.days = days;
  }
}

export type RotationRefusal =
  | 'no-keys'
  | 'signs-too-late'
  | 'expires-too-early'
  | 'several-passphrases'
  /** A subkey is added to the one OpenPGP key of ours: there is none, or several. */
  | 'not-one-key'
  /** Or there are several in the one file. */
  | 'several-in-file';
