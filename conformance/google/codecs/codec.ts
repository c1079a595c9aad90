/** How bodies are sealed: not at all (sandboxes), OpenPGP, bare JWE, or JWS within JWE. */
export type CodecName = 'plain' | 'pgp' | 'jwe' | 'jwe+jws';

/** A body can't be opened as the protocol demands. The message says what is wrong with its sealing. */
export class SealingFault extends Error {
  override readonly name = 'SealingFault';
}

/** Seals what Google sends and opens what it gets. */
export interface Codec {
  readonly name: CodecName;
  /** The `Content-Type` of requests and of answers. */
  readonly contentType: string;
  seal(payload: Uint8Array): Promise<Uint8Array>;
  /** Throws `SealingFault`. */
  open(body: Uint8Array): Promise<Uint8Array>;
}

/** No sealing: for sandboxes and the first steps of an integration. */
export const plainCodec: Codec = {
  name: 'plain',
  contentType: 'application/json; charset=utf-8',
  seal: async (payload) => payload,
  open: async (body) => body,
};
