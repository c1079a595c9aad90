import type { ConformanceConfig } from '../config.ts';
import { type Codec, plainCodec } from './codec.ts';

export async function openCodec(config: ConformanceConfig): Promise<Codec> {
  switch (config.codec ?? 'plain') {
    case 'plain':
      return plainCodec;
    default:
      throw new Error('not there yet');
  }
}
