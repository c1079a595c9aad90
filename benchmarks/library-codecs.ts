/**
 * The same bodies by the best known libraries, written as straight as their documentation has it: what the server
 * would be without codecs of its own. Only for comparison.
 */
import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify, importJWK, type JWK } from 'jose';
import { createMessage, decrypt, encrypt, enums, readKey, readMessage, readPrivateKey } from 'openpgp';
import type { PayloadCodec } from '../src/ports/payload-codec.ts';
import type { SealedKeys } from './sealed-keys.ts';

export function startLibraryCodec(keys: SealedKeys): Promise<PayloadCodec> {
  return keys.format === 'pgp' ? openpgpCodec(keys) : joseCodec(keys);
}

async function openpgpCodec({ ours, google }: SealedKeys): Promise<PayloadCodec> {
  const own = await readPrivateKey({ armoredKey: ours.privateKey });
  const peer = await readKey({ armoredKey: google.publicKey });
  const config = {
    preferredHashAlgorithm: enums.hash.sha384,
    preferredSymmetricAlgorithm: enums.symmetric.aes256,
  };
  return {
    mediaType: 'application/octet-stream',
    contentType: 'application/octet-stream; charset=utf-8',
    async open(body) {
      const binaryMessage = Buffer.from(Buffer.from(body).toString('latin1'), 'base64url');
      const message = await readMessage({ binaryMessage });
      const options = {
        message,
        decryptionKeys: own,
        verificationKeys: peer,
        format: 'binary' as const,
        config,
      };
      const { data, signatures } = await decrypt(options);
      await signatures[0]?.verified;
      return { kind: 'opened', payload: data };
    },
    async seal(payload) {
      const message = await createMessage({ binary: payload });
      const options = { message, encryptionKeys: peer, signingKeys: own, format: 'binary' as const, config };
      return Buffer.from(Buffer.from(await encrypt(options)).toString('base64url'));
    },
    close: async () => undefined,
  };
}

async function joseCodec({ ours, google }: SealedKeys): Promise<PayloadCodec> {
  const pick = async (set: string, use: string, alg: string) => {
    const { keys } = JSON.parse(set) as { keys: JWK[] };
    const jwk = keys.find((key) => key.use === use);
    if (jwk === undefined) throw new Error(`no key to ${use}`);
    return { kid: jwk.kid ?? '', key: await importJWK(jwk, alg) };
  };
  const decryption = await pick(ours.privateKey, 'enc', 'RSA-OAEP-256');
  const signing = await pick(ours.privateKey, 'sig', 'RS256');
  const verification = await pick(google.publicKey, 'sig', 'RS256');
  const encryption = await pick(google.publicKey, 'enc', 'RSA-OAEP-256');
  return {
    mediaType: 'application/jose',
    contentType: 'application/jose; charset=utf-8',
    async open(body) {
      const { plaintext } = await compactDecrypt(body, decryption.key);
      const { payload } = await compactVerify(plaintext, verification.key);
      return { kind: 'opened', payload };
    },
    async seal(payload) {
      const signed = await new CompactSign(payload)
        .setProtectedHeader({ alg: 'RS256', kid: signing.kid })
        .sign(signing.key);
      const sealed = await new CompactEncrypt(Buffer.from(signed))
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT', kid: encryption.kid })
        .encrypt(encryption.key);
      return Buffer.from(sealed);
    },
    close: async () => undefined,
  };
}
