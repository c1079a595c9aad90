/** What must not be guessable. Tests pass a seeded one. */
export interface Entropy {
  /** `count` (1 to 64) bytes from a cryptographic random generator. */
  bytes(count: number): Uint8Array;
  /** An identifier of 16 characters from `A-Z a-z 0-9 - _`, 96 bits: one a call. */
  id(): string;
}
