import type { PayloadCodec } from '../ports/payload-codec.ts';
import type { KeyKind } from './keys/key-kind.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { KeySource, KeySources } from './keys/key-source.ts';
import type { ExtendedKey, GeneratedKey, KeyOrder, SubkeyOrder } from './keys/new-key.ts';
import type { CodecOptions } from './threads/threaded-codec.ts';

/** Public keys of Google's as a file has them, and as they are to be kept. */
export interface GoogleKeyFile extends Pick<KeyRing, 'keys' | 'passedOver'> {
  /** As it is to be kept: armored, or JSON. */
  readonly text: string;
  /** OpenPGP: of each whole key. JOSE: of each key. */
  readonly fingerprints: readonly string[];
  /** Which settings have to be other than their defaults for some of the keys to be used, each as a sentence. */
  readonly needs: readonly string[];
}

/** A codec whose keys can be replaced while it works. */
export interface KeyedCodec extends PayloadCodec {
  /** The ring in force. */
  readonly ring: KeyRing;
  /** Puts another ring in force, which the same format read. [ENC-2] */
  replaceRing(ring: KeyRing): void;
}

/** Everything that is done with keys of one kind, and with bodies of theirs, on terms such as the allowed algorithms. */
export interface KeyFormat {
  readonly kind: KeyKind;
  /** Throws `RangeError` for a strength or life that isn't allowed. */
  generate(order: KeyOrder): Promise<GeneratedKey>;
  /** `undefined`: the format knows no subkeys. Throws `KeyRingError` unless the file holds just one key. */
  addSubkey?(order: SubkeyOrder): Promise<ExtendedKey>;
  /** Reads and checks all keys. Throws `KeyRingError`. */
  readRing(sources: KeySources): Promise<KeyRing>;
  /** The public part of every key of a file, to hand to Google. Throws if one of them is no key. [ENC-3, ENC-4] */
  exportPublic(bytes: Uint8Array): Promise<string>;
  /** Several such texts as one. */
  joinPublic(texts: readonly string[]): string;
  /**
   * Reads a file of Google's with what `kept`, files that came earlier, say of the same keys. Throws `KeyRingError` for
   * what is no file of keys, `LeakedKey` and `RevokedKey`.
   */
  readGoogleKeys(source: KeySource, kept: () => readonly Uint8Array[], nowMs: number): Promise<GoogleKeyFile>;
  /** Takes a ring that it read itself. Resolves when the threads are ready. */
  startCodec(options: CodecOptions): Promise<KeyedCodec>;
}
