import type { Answer } from '../../google/answer.ts';
import { PgpCodec, type PgpSealing } from '../../google/codecs/pgp.ts';
import type { PgpSigner } from '../../google/codecs/pgp-packets.ts';
import type { Check } from '../check.ts';
import { expectError, expectRead } from '../expectations.ts';
import type { Trial } from '../trial.ts';
import { NotTested } from '../verdicts.ts';

export function pgpOf(trial: Trial): PgpCodec {
  const { codec } = trial.google.world;
  if (codec instanceof PgpCodec) return codec;
  throw new NotTested('needs the codec pgp');
}

type Sealing = (codec: PgpCodec, trial: Trial) => PgpSealing;

export const probe = (trial: Trial, sealing: Sealing): Promise<Answer> => {
  const codec = pgpOf(trial);
  return trial.probe({ seal: (payload) => codec.sealAs(payload, sealing(codec, trial)) });
};

type Meaning = readonly [
  name: string,
  requirements: readonly string[],
  expects: string,
  level?: Check['level'],
];

export function opens([name, requirements, expects, level = 'MUST']: Meaning, sealing: Sealing): Check {
  const run = async (trial: Trial) => expectRead(await probe(trial, sealing));
  return { id: `sealing/pgp-opens-${name}`, requirements, level, expects, codecs: ['pgp'], run };
}

export function undecryptable(
  [name, requirements, expects, level = 'MUST']: Meaning,
  sealing: Sealing,
): Check {
  const run = async (trial: Trial) =>
    expectError(await probe(trial, sealing), 400, 'INVALID_PAYLOAD_ENCRYPTION');
  return { id: `sealing/pgp-refuses-${name}`, requirements, level, expects, codecs: ['pgp'], run };
}

export function wronglySigned(
  [name, requirements, expects, level = 'MUST']: Meaning,
  sealing: Sealing,
): Check {
  const run = async (trial: Trial) =>
    expectError(await probe(trial, sealing), 401, 'INVALID_PAYLOAD_SIGNATURE');
  return { id: `sealing/pgp-refuses-${name}`, requirements, level, expects, codecs: ['pgp'], run };
}

/** Google's first key. */
export function known(codec: PgpCodec): PgpSigner {
  const [signer] = codec.keys.signers;
  if (signer === undefined) throw new NotTested('needs a key in google.privateKeys');
  return signer;
}

export function given<T>(value: T | undefined, setting: string): T {
  if (value === undefined) throw new NotTested(`needs ${setting}`);
  return value;
}

/** Flips one bit somewhere in the last third of the message: in its encrypted data. */
export function flipped(trial: Trial): (message: Buffer) => Uint8Array {
  return (message) => {
    const at = message.byteLength - 1 - trial.world.random.below(Math.floor(message.byteLength / 3));
    const changed = Buffer.from(message);
    changed.writeUInt8(changed.readUInt8(at) ^ (1 << trial.world.random.below(8)), at);
    return changed;
  };
}
