import {
  constants,
  createDecipheriv,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicDecrypt,
} from 'node:crypto';
import { compactVerify } from 'jose';
import { joseKeys } from '../jose-keys.ts';

export interface JoseHeader {
  readonly [name: string]: unknown;
  readonly alg?: unknown;
  readonly kid?: unknown;
  readonly zip?: unknown;
}

/** Everything that a fault could look at, right or wrong. */
export interface PeekedJose {
  readonly text: string;
  readonly parts: readonly string[];
  readonly jweHeader: JoseHeader;
  /** The last thing that went well; `decrypted`: but the tag is wrong. */
  readonly stage: 'received' | 'decrypted' | 'opened';
  readonly inner: readonly string[];
  readonly jwsHeader: JoseHeader;
  /** How the signature stands to the key that its header names. */
  readonly signature: 'none' | 'holds' | 'of-other-text' | 'of-other-key';
  readonly payload: Uint8Array | undefined;
}

const { googleSigning, googleSigning2, googleRetired, integratorEncryption, integratorEncryption2 } =
  joseKeys;
const signers = [googleSigning, googleSigning2, googleRetired];

/** Reads a message as far as that is possible, forgiving everything. */
export async function peekJose(body: Buffer): Promise<PeekedJose> {
  const text = body.toString('latin1');
  const parts = text.split('.');
  const jweHeader = headerOf(parts[0]);
  const received = {
    text,
    parts,
    jweHeader,
    stage: 'received',
    inner: [],
    jwsHeader: {},
    signature: 'none',
    payload: undefined,
  } as const;
  for (const { key } of [integratorEncryption, integratorEncryption2]) {
    const found = decrypt(parts, key);
    if (found === undefined) continue;
    const inner = found.plain.toString('latin1').split('.');
    const jwsHeader = headerOf(inner[0]);
    const payload = inner.length === 3 ? Buffer.from(inner[1] ?? '', 'base64url') : found.plain;
    const stage = found.whole ? ('opened' as const) : ('decrypted' as const);
    return {
      ...received,
      stage,
      inner,
      jwsHeader,
      signature: await judge(found.plain, jwsHeader, inner[2]),
      payload,
    };
  }
  return received;
}

function headerOf(part: string | undefined): JoseHeader {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
  } catch {
    return {};
  }
}

/** The plain text, whether or not its tag is right. Only A256GCM without compression. */
function decrypt(parts: readonly string[], key: KeyObject) {
  const [head = '', wrapped = '', iv = '', sealed = '', tag = ''] = parts;
  const bytes = (part: string) => Buffer.from(part, 'base64url');
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const contentKey = privateDecrypt({ key, padding, oaepHash: 'sha256' }, bytes(wrapped));
    const cipher = createDecipheriv('aes-256-gcm', contentKey, bytes(iv)).setAAD(Buffer.from(head));
    const plain = cipher.setAuthTag(bytes(tag)).update(bytes(sealed));
    try {
      cipher.final();
      return { plain, whole: true };
    } catch {
      return { plain, whole: false };
    }
  } catch {
    return undefined;
  }
}

async function judge(jws: Buffer, { kid }: JoseHeader, signature = ''): Promise<PeekedJose['signature']> {
  const signer = signers.find((key) => key.kid === kid);
  if (signer === undefined) return 'none';
  const key = createPublicKey(signer.key);
  try {
    await compactVerify(jws, key);
    // Some bits of the last character say nothing: a signature may hold though its text was changed.
    const isAsWritten = Buffer.from(signature, 'base64url').toString('base64url') === signature;
    return isAsWritten ? 'holds' : 'of-other-text';
  } catch {
    try {
      publicDecrypt(key, Buffer.from(signature, 'base64url'));
      return 'of-other-text';
    } catch {
      return 'of-other-key';
    }
  }
}
