import type { ConformanceConfig } from '../../run/config.ts';
import { type Codec, plainCodec } from './codec.ts';

/** Throws `ConformanceConfigError` if the keys it needs are missing or can't be read. */
export async function openCodec(config: ConformanceConfig): Promise<Codec> {
  const { codec = 'plain' } = config;
  switch (codec) {
    case 'plain':
      return plainCodec;
    case 'pgp': {
      const [{ PgpCodec }, { readPgpKeys }] = await Promise.all([
        import('./pgp.ts'),
        import('./pgp-keys.ts'),
      ]);
      return new PgpCodec(await readPgpKeys(config));
    }
    case 'jwe':
    case 'jwe+jws': {
      const [{ JoseCodec }, { readJoseKeys }] = await Promise.all([
        import('./jose.ts'),
        import('./jose-keys.ts'),
      ]);
      return new JoseCodec(codec, readJoseKeys(config), config.jose);
    }
  }
}
