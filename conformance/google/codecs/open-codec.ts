import type { ConformanceConfig } from '../../run/config.ts';
import { type Codec, plainCodec } from './codec.ts';
import { JoseCodec } from './jose.ts';
import { readJoseKeys } from './jose-keys.ts';
import { PgpCodec } from './pgp.ts';
import { readPgpKeys } from './pgp-keys.ts';

/** Throws `ConformanceConfigError` if the keys it needs are missing or can't be read. */
export async function openCodec(config: ConformanceConfig): Promise<Codec> {
  const { codec = 'plain' } = config;
  switch (codec) {
    case 'plain':
      return plainCodec;
    case 'pgp':
      return new PgpCodec(await readPgpKeys(config));
    case 'jwe':
    case 'jwe+jws':
      return new JoseCodec(codec, readJoseKeys(config), config.jose);
  }
}
