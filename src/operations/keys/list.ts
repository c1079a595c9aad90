import { KeyRing, KeyRingError, type RingKey } from '../../codecs/keys/key-ring.ts';
import type { StoreSettings } from '../../wiring/data-kinds.ts';
import {
  entriesOf,
  type KeyEntry,
  type KeySettings,
  type ReadingTerms,
  readJwe,
  readPgp,
  type Sourced,
  sentencesOf,
} from '../../wiring/keys.ts';
import { type Revocations, recallRevocations } from './revocations.ts';

/** An entry, and the keys it holds. */
export interface ListedKeys extends KeyEntry {
  /** Why nothing of it can be used, if so. */
  readonly fault: string | undefined;
  readonly keys: readonly (RingKey & { readonly state: ReturnType<KeyRing['state']> })[];
  /** What of it is passed over, and why; nothing where there is a fault. [OQ-79] */
  readonly passedOver: readonly string[];
}

export interface KeyListing extends Pick<Revocations, 'notConsulted'> {
  readonly entries: readonly ListedKeys[];
}

/** Every entry looked at by itself. What is faulty, expired or missing is told, not thrown. */
export async function listKeys(settings: KeySettings & StoreSettings, nowMs: number): Promise<KeyListing> {
  const { revoked, notConsulted } = await recallRevocations(settings);
  return { entries: await listEntries({ settings, nowMs, revoked }), notConsulted };
}

async function listEntries(terms: ReadingTerms): Promise<readonly ListedKeys[]> {
  const { settings, nowMs } = terms;
  const { pgp, jwe } = settings.payload;
  const entries = [...(pgp ? entriesOf('pgp', pgp) : []), ...(jwe ? entriesOf('jwe', jwe) : [])];
  return Promise.all(
    entries.map(async (entry): Promise<ListedKeys> => {
      const { source, ...listed } = entry;
      const told = { ...listed, keys: [], passedOver: [] };
      try {
        const { keys: found, passedOver: left, graceMs } = await readBeside(entry, entries, terms);
        const ring = new KeyRing(found, graceMs, left);
        const keys = ring.keys
          .filter((key) => key.source === source.name)
          .map((key) => ({ ...key, state: ring.state(key, nowMs) }));
        const passedOver = sentencesOf(ring.passedOver.filter((key) => key.source === source.name));
        // Read without a word, it is a revocation of a key that stands elsewhere.
        const alone = `${source.name} holds no key, but a revocation that counts`;
        const fault = keys.length === 0 ? passedOver.join('; ') || alone : undefined;
        return fault === undefined ? { ...listed, fault, keys, passedOver } : { ...told, fault };
      } catch (error) {
        if (!(error instanceof KeyRingError)) throw error;
        return { ...told, fault: error.message };
      }
    }),
  );
}

/** Copies of one key count together, so an entry of Google's is read beside the others; one of ours by itself. */
async function readBeside(
  entry: Sourced[number],
  entries: Sourced,
  terms: ReadingTerms,
): Promise<Pick<KeyRing, 'keys' | 'passedOver' | 'graceMs'>> {
  const read = async (some: Sourced): Promise<Pick<KeyRing, 'keys' | 'passedOver' | 'graceMs'>> =>
    entry.kind === 'pgp' ? readPgp(some, [], terms) : readJwe(some, [], terms);
  if (entry.owner === 'ours') return read([entry]);
  const beside = entries.filter(({ kind, owner }) => kind === entry.kind && owner === 'google');
  // A file among them that can't be read at all is the fault of its own entry.
  return read(beside).catch(() => read([entry]));
}
