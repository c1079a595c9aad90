import { decrypt, type PrivateKey, type PublicKey, readKey, readMessage, readPrivateKey } from 'openpgp';
import { keyBytes, NOW_MS } from './vectors.ts';

const text = (name: string) => keyBytes(name).toString('latin1');

/** OpenPGP.js with the same keys, as a second opinion. */
export class PgpOracle {
  readonly #decryptionKeys: PrivateKey[];
  readonly #verificationKeys: PublicKey[];

  private constructor(decryptionKeys: PrivateKey[], verificationKeys: PublicKey[]) {
    this.#decryptionKeys = decryptionKeys;
    this.#verificationKeys = verificationKeys;
  }

  static async with(own: readonly string[], peer: readonly string[]): Promise<PgpOracle> {
    return new PgpOracle(
      await Promise.all(own.map((name) => readPrivateKey({ armoredKey: text(`${name}.secret`) }))),
      await Promise.all(peer.map((name) => readKey({ armoredKey: text(`${name}.public`) }))),
    );
  }

  /** The text, if at least one signature over it is good; otherwise what is wrong. */
  async open(message: Buffer): Promise<Buffer | string> {
    try {
      const armored = message.toString('latin1').startsWith('-----BEGIN');
      const read = armored
        ? await readMessage({ armoredMessage: message.toString('latin1') })
        : await readMessage({ binaryMessage: new Uint8Array(message) });
      const { data, signatures } = await decrypt({
        message: read,
        decryptionKeys: this.#decryptionKeys,
        verificationKeys: this.#verificationKeys,
        format: 'binary',
        // It has no tolerance for the clocks of others, of which we have ten minutes.
        date: new Date(NOW_MS + 600_000),
      });
      const verdicts = await Promise.all(
        signatures.map(({ verified }) => verified.catch((error: Error) => error.message)),
      );
      return verdicts.includes(true) ? Buffer.from(data) : `no good signature: ${verdicts.join(', ')}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
