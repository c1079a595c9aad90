/**
 * Why a message is refused, for the operator's log. Each belongs to one of the three answers that the sender gets; which
 * of the reasons it was, the sender never learns. All that can be found out before decryption has succeeded has one
 * answer, so that a message of somebody else's, changed, tells nothing by it. [ERR-7, OQ-7, OQ-78]
 */
export const BODY_FAULTS = {
  'too-large': 'undecryptable',
  encoding: 'undecryptable',
  'outer-structure': 'undecryptable',
  'not-for-us': 'undecryptable',
  'outer-algorithm': 'undecryptable',
  'outer-compression': 'undecryptable',
  // One reason for all that depends on a secret: padding, checksum, cipher, session key, integrity.
  integrity: 'undecryptable',
  // Decrypted and intact, but in a form that isn't read: whoever signed it, other keys wouldn't help.
  compression: 'unreadable',
  'inner-structure': 'unreadable',
  unsigned: 'wrongly-signed',
  'unknown-signer': 'wrongly-signed',
  'inactive-signer': 'wrongly-signed',
  'signature-format': 'wrongly-signed',
  'signature-type': 'wrongly-signed',
  'signature-algorithm': 'wrongly-signed',
  'weak-digest': 'wrongly-signed',
  'critical-subpacket': 'wrongly-signed',
  'signature-date': 'wrongly-signed',
  'other-recipient': 'wrongly-signed',
  'wrong-signature': 'wrongly-signed',
} as const;

export type BodyFault = keyof typeof BODY_FAULTS;

/** Thrown while a message is looked at, and caught where the codec answers. Nothing of the message is in it. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';
  readonly reason: BodyFault;

  constructor(reason: BodyFault) {
    super(reason);
    this.reason = reason;
  }
}
