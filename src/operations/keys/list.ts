import type { KeyFormat } from '../../codecs/key-format.ts';
import { keyKinds } from '../../codecs/keys/key-kind.ts';
import {
  KeyRing,
  KeyRingError,
  type KeyState,
  type RingKey,
  sentencesOf,
} from '../../codecs/keys/key-ring.ts';
import type { StoreSettings } from '../../wiring/data-kinds.ts';
import {
  entriesOf,
  formatOf,
  type KeySettings,
  type PlacedEntry,
  type ReadingTerms,
  readEntries,
} from '../../wiring/keys.ts';
import { type Revocations, recallRevocations } from './revocations.ts';

/** An entry, and the keys it holds. */
export interface ListedKeys extends Omit<PlacedEntry, 'source' | 'entry'> {
  /** Why nothing of it can be used, if so. */
  readonly fault: string | undefined;
  readonly keys: readonly (RingKey & { readonly state: KeyState })[];
  /** What of it is passed over, and why; nothing where there is a fault. [OQ-79] */
  readonly passedOver: readonly string[];
}

export interface KeyListing extends Pick<Revocations, 'notConsulted'> {
  readonly entries: readonly ListedKeys[];
}

/** Every entry looked at by itself. What is faulty, expired or missing is told, not thrown. */
export async function listKeys(settings: KeySettings & StoreSettings, nowMs: number): Promise<KeyListing> {
  const { revoked, notConsulted } = await recallRevocations(settings);
  const terms = { settings, nowMs, revoked, purposes: [] };
  const kinds = keyKinds.filter((kind) => settings.payload[kind]);
  const listed = kinds.map(async (kind) => {
    const format = await formatOf(kind, settings.payload);
    const entries = entriesOf(kind, settings.payload);
    return Promise.all(entries.map((entry) => lookAt(entry, entries, format, terms)));
  });
  return { entries: (await Promise.all(listed)).flat(), notConsulted };
}

async function lookAt(
  entry: PlacedEntry,
  entries: readonly PlacedEntry[],
  format: KeyFormat,
  terms: ReadingTerms,
): Promise<ListedKeys> {
  const { source, entry: _entry, ...listed } = entry;
  const told = { ...listed, keys: [], passedOver: [] };
  try {
    const { keys: found, passedOver: left, graceMs } = await readBeside(entry, entries, format, terms);
    const ring = new KeyRing(found, graceMs, left);
    const keys = ring.keys
      .filter((key) => key.source === source.name)
      .map((key) => ({ ...key, state: ring.state(key, terms.nowMs) }));
    const passedOver = sentencesOf(ring.passedOver.filter((key) => key.source === source.name));
    // Read without a word, it is a revocation of a key that stands elsewhere.
    const alone = `${source.name} holds no key, but a revocation that counts`;
    const fault = keys.length === 0 ? passedOver.join('; ') || alone : undefined;
    return fault === undefined ? { ...listed, fault, keys, passedOver } : { ...told, fault };
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    return { ...told, fault: error.message };
  }
}

/** Copies of one key count together, so an entry of Google's is read beside the others; one of ours by itself. */
async function readBeside(
  entry: PlacedEntry,
  entries: readonly PlacedEntry[],
  format: KeyFormat,
  terms: ReadingTerms,
): Promise<KeyRing> {
  if (entry.holder === 'ours') return readEntries(format, [entry], terms);
  const beside = entries.filter(({ holder }) => holder === 'google');
  // A file among them that can't be read at all is the fault of its own entry.
  return readEntries(format, beside, terms).catch(() => readEntries(format, [entry], terms));
}
