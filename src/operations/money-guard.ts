import { destinationOf } from '../domain/limits/money-guard.ts';
import type { Block } from '../ports/otp-store.ts';
import type { StoreSettings } from '../wiring/data-kinds.ts';
import { readStore } from './databases.ts';

/**
 * Where the money guard sends no texts at present, or would not if it were enforced. The subject of a block is
 * `country:BR`, `range:+551` or `prefix:+55119`. Reads beside a running server. Throws `UnavailableError` if there is
 * no store.
 */
export function listBlocks(settings: StoreSettings, nowMs: number): Promise<readonly Block[]> {
  return readStore(settings, async (store) =>
    (await store.blocks(nowMs)).map((block) => ({ ...block, subject: destinationOf(block) })),
  );
}
