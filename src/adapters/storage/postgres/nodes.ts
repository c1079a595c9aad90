import { randomUUID } from 'node:crypto';
import type { Nodes, NodeTraits, OtherNode } from '../../../ports/otp-store/nodes.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { Database } from '../../postgres/database.ts';
import { storeFailure } from '../../postgres/failure.ts';
import type { Row } from '../rows/otp-rows.ts';

/** A server that told nothing for so long is gone, as far as the others know. */
export const THERE_SECONDS = 15;

/** In `meta`, while a store is being carried here: no server uses it. */
export const MOVING = 'moving';

/** Of a row of `node`, whether its server is there. */
export const isThere = `seen_at > now() - interval '${THERE_SECONDS} s'`;

/** The servers that share the store, of which the one that asks is a new one. */
export function nodesOf(database: Database, schema: string): Nodes {
  const id = randomUUID();
  const sql = nodeStatements(schema);
  return {
    time: () =>
      told(async () => {
        const [row] = await database.read(sql.time);
        return Number(row?.['now_ms']);
      }),
    meet: ({ name, version, fits, clockAheadMs, reachedMs, traits }) =>
      told(async () => {
        const own = [id, name, version, fits, Math.round(clockAheadMs), reachedMs, JSON.stringify(traits)];
        const [row] = await database.write(sql.meet, own);
        if (row?.['is_moving'] === true) throw beingMoved(schema);
        const rows = (row?.['others'] ?? []) as readonly Row[];
        const others = rows.map(readOther);
        const digests = row?.['digests'];
        return {
          others: others.filter((other) => other !== undefined),
          unreadable: rows.filter((_, at) => others[at] === undefined).map(({ name }) => String(name)),
          digests: typeof digests === 'string' ? digests : undefined,
        };
      }),
    leave: async () => void (await database.write(sql.leave, [id]).catch(() => {})),
  };
}

/** What to say to a server meanwhile. */
export function beingMoved(schema: string): UnavailableError {
  return new UnavailableError(
    `a store is being moved into the schema ${schema}: wait, or finish it with gsp-otp migrate --from … --to …`,
  );
}

async function told<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw storeFailure(error);
  }
}

function nodeStatements(schema: string) {
  return {
    time: 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms',
    meet: `
      WITH own AS (
        INSERT INTO ${schema}.node AS t
          (id, name, version, seen_at, fits_since, clock_ahead_ms, reached_ms, traits)
        VALUES ($1, $2, $3, now(), CASE WHEN $4::boolean THEN now() END, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at,
          fits_since = CASE WHEN $4::boolean THEN coalesce(t.fits_since, now()) END,
          clock_ahead_ms = excluded.clock_ahead_ms, reached_ms = excluded.reached_ms, traits = excluded.traits
        RETURNING id, fits_since)
      SELECT EXISTS (SELECT FROM ${schema}.meta WHERE name = '${MOVING}') AS is_moving,
        (SELECT value::jsonb->>'digests' FROM ${schema}.meta WHERE name = 'key-checks') AS digests,
        (SELECT json_agg(row_to_json(x)) FROM (
          SELECT n.name, n.version, n.traits, n.clock_ahead_ms, n.reached_ms, n.fits_since IS NOT NULL AS fits,
            n.fits_since IS NOT NULL
              AND (own.fits_since IS NULL OR (n.fits_since, n.id) < (own.fits_since, own.id)) AS was_first
          FROM ${schema}.node n WHERE n.id <> own.id AND ${isThere} ORDER BY n.started_at, n.id) x) AS others
      FROM own`,
    leave: `DELETE FROM ${schema}.node WHERE id = $1`,
  } as const;
}

/** `undefined`: it makes no sense, and must not make others fail. */
function readOther(row: Row): OtherNode | undefined {
  const { name, version, traits, clock_ahead_ms: clockAheadMs, reached_ms: reachedMs } = row;
  if (!isTraits(traits) || !isInteger(clockAheadMs) || !isInteger(reachedMs)) return undefined;
  return {
    name: String(name),
    version: String(version),
    traits,
    clockAheadMs,
    reachedMs,
    fits: row['fits'] === true,
    wasFirst: row['was_first'] === true,
  };
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isTraits(value: unknown): value is NodeTraits {
  if (typeof value !== 'object' || value === null) return false;
  const { digests, codes, activeCode, openingKeys, settings } = value as Row;
  return (
    [digests, activeCode].every((one) => typeof one === 'string') &&
    [codes, openingKeys, settings].every(
      (one) =>
        typeof one === 'object' &&
        one !== null &&
        Object.values(one).every((text) => typeof text === 'string'),
    )
  );
}
