import type { KeyObject } from 'node:crypto';
import { compactDecrypt, compactVerify, decodeProtectedHeader, errors } from 'jose';
import type { ConformanceConfig } from '../../run/config.ts';
import { type Codec, SealingFault } from './codec.ts';
import type { JoseKey, JoseKeys } from './jose-keys.ts';
import { compactJwe, compactJws, type JsonHeader } from './jose-parts.ts';

/** How one message differs from what Google would send. */
export interface JoseSealing {
  /** Put over the header of the JWS; `undefined` takes a member out. */
  readonly jwsHeader?: JsonHeader;
  /** What the JWS is made with. Default: Google's first signing key. `none`: nothing. */
  readonly signer?: KeyObject | 'none';
  /** `false`: the payload is encrypted without a JWS. */
  readonly signed?: false;
  readonly changeJws?: (jws: string) => string;
  readonly jweHeader?: JsonHeader;
  /** Default: the integrator's first encryption key. */
  readonly recipient?: KeyObject;
  /** `false`: the JWS is sent as it is. */
  readonly encrypted?: false;
  /** Changes the finished message. */
  readonly damage?: (message: string) => string;
}

export interface JoseAnswer {
  readonly payload: Uint8Array;
  readonly jweHeader: JsonHeader;
  /** `undefined` with the codec jwe. */
  readonly jwsHeader: JsonHeader | undefined;
}

/** Google's side of JWE, with or without JWS inside: writes messages by hand, reads them with jose. */
export class JoseCodec implements Codec {
  readonly name: 'jwe' | 'jwe+jws';
  readonly contentType = 'application/jose; charset=utf-8';
  readonly keys: JoseKeys;
  readonly #algorithms: NonNullable<ConformanceConfig['jose']>;

  constructor(name: 'jwe' | 'jwe+jws', keys: JoseKeys, algorithms: ConformanceConfig['jose']) {
    this.name = name;
    this.keys = keys;
    this.#algorithms = algorithms ?? {};
  }

  readonly seal = async (payload: Uint8Array): Promise<Uint8Array> => this.sealAs(payload, {});

  readonly open = async (body: Uint8Array): Promise<Uint8Array> => (await this.inspect(body)).payload;

  sealAs(payload: Uint8Array, sealing: JoseSealing): Uint8Array {
    const content =
      this.name === 'jwe' || sealing.signed === false ? payload : Buffer.from(this.#sign(payload, sealing));
    const message = sealing.encrypted === false ? content.toString() : this.#encrypt(content, sealing);
    return Buffer.from(sealing.damage?.(message) ?? message);
  }

  /** Opens a body and tells how it was sealed. Throws `SealingFault`. */
  async inspect(body: Uint8Array): Promise<JoseAnswer> {
    const jwe = Buffer.from(body).toString('latin1').trimEnd();
    const decrypted = await attempt('the body can’t be decrypted', () => {
      const { key } = select(this.keys.decryption, decodeProtectedHeader(jwe).kid);
      return compactDecrypt(jwe, key);
    });
    if (this.name === 'jwe') {
      return { payload: decrypted.plaintext, jweHeader: decrypted.protectedHeader, jwsHeader: undefined };
    }
    const verified = await attempt('the body has no valid signature', () => {
      const jws = new TextDecoder().decode(decrypted.plaintext);
      return compactVerify(jws, select(this.keys.verification, decodeProtectedHeader(jws).kid).key);
    });
    return {
      payload: verified.payload,
      jweHeader: decrypted.protectedHeader,
      jwsHeader: verified.protectedHeader,
    };
  }

  #sign(payload: Uint8Array, { jwsHeader, signer, changeJws }: JoseSealing): string {
    const own = this.keys.signing[0];
    const key = signer === 'none' ? undefined : (signer ?? own?.key);
    const header = { alg: this.#algorithms.signature ?? 'RS256', kid: own?.kid, ...jwsHeader };
    const jws = compactJws(header, payload, key);
    return changeJws?.(jws) ?? jws;
  }

  #encrypt(content: Uint8Array, { jweHeader, recipient }: JoseSealing): string {
    const [first] = this.keys.recipients;
    const key = recipient ?? first?.key;
    if (key === undefined) throw new Error('no recipient');
    const header = {
      alg: this.#algorithms.keyManagement ?? 'RSA-OAEP-256',
      enc: this.#algorithms.contentEncryption ?? 'A256GCM',
      kid: first?.kid,
      ...jweHeader,
    };
    return compactJwe(header, content, key);
  }
}

/** The key that `kid` names; without a `kid`, the only one. */
function select(keys: readonly JoseKey[], kid: string | undefined): JoseKey {
  const found = kid === undefined && keys.length === 1 ? keys[0] : keys.find((key) => key.kid === kid);
  if (found === undefined)
    throw new SealingFault(`the body names the key ${kid ?? 'of nobody'}, which is not known`);
  return found;
}

async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SealingFault) throw cause;
    if (cause instanceof errors.JOSEError || cause instanceof TypeError) {
      throw new SealingFault(`${what}: ${cause.message}`);
    }
    throw cause;
  }
}
