import type { PayloadCodec } from '../ports/payload-codec.ts';

/**
 * JSON in the clear: for trying things out. It protects nothing and authenticates nobody, so the configuration
 * refuses it outside the sandbox profile. [ENC-1]
 */
export const plainCodec: PayloadCodec = {
  mediaType: 'application/json',
  contentType: 'application/json; charset=utf-8',
  keyless: true,
  open: async (payload) => ({ kind: 'opened', payload }),
  seal: async (payload) => payload,
  close: async () => undefined,
};
