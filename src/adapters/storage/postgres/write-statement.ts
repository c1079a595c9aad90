import { type KeptStatement, keptStatement } from './kept-statement.ts';
import { ASSOCIATION_COLUMNS, REQUEST_COLUMNS } from './row-columns.ts';

/** What steps may write, in the order in which its rows are locked. */
export const WRITTEN_PARTS = [
  ...(['subjects', 'requests', 'ceilings', 'associations'] as const),
  ...(['missteps', 'blocks'] as const),
] as const;

export type WrittenPart = (typeof WRITTEN_PARTS)[number];

interface Part {
  /** What steps want to write: the columns of the records of its parameter. */
  readonly asked: string;
  /** Locks the rows that they are decided on, after all of the part before it. */
  readonly locked?: (after: string) => string;
  /** Steps for which another version stands there. */
  readonly stale?: string;
  /** Writes those of the steps in `good`. */
  readonly written: string;
}

/** Parts of a window that are kept: those of one window, and some for steps that took long. */
export const PARTS_KEPT = 16;

const columns = Object.keys(REQUEST_COLUMNS);
/** The first two are told apart. */
const ASSOCIATED = Object.keys(ASSOCIATION_COLUMNS);
const typesOf = (types: object) =>
  Object.entries(types)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');
/** `version` is told apart: a row that came in between gets none, which fails. */
const replaced = columns.filter((name) => !['request_id', 'method', 'version'].includes(name));

/**
 * Writes what the steps of a batch decided, each wholly or not at all, and yields those that it wrote. A step is written
 * if all that it was decided on still has the version that was read. Its rows are locked first, in one order for all
 * servers: accounts and numbers, requests, ceilings, associations; so batches wait for each other and never in a circle.
 *
 * What did not exist can't be locked. Where another server made it in between, its version becomes NULL, which the column
 * refuses: the whole batch is undone, and is decided anew.
 *
 * The n-th parameter has the records of the n-th part.
 */
export function writeStatement(schema: string): KeptStatement {
  const parts = partsIn(schema);
  const text = writeText(WRITTEN_PARTS.map((name) => ({ name, ...parts[name] })));
  const { length: parameters } = WRITTEN_PARTS;
  return keptStatement(schema, 'write', { text, parameters, columns: 'step integer', isRead: false });
}

function writeText(parts: readonly (Part & { readonly name: WrittenPart })[]): string {
  const locking = parts.filter(({ locked }) => locked !== undefined);
  return `WITH
    ${parts.map(({ name, asked }, index) => `${name} AS MATERIALIZED (SELECT * FROM json_to_recordset($${index + 1}::json) AS x(step integer, ${asked}))`).join(',\n    ')},
    ${locking.map(({ name, locked }, index) => `locked_${name} AS MATERIALIZED (${locked?.(afterAll(locking[index - 1]?.name))})`).join(',\n    ')},
    stale AS MATERIALIZED (${locking.map(({ stale }) => stale).join(' UNION ALL ')}),
    good AS MATERIALIZED (
      SELECT step FROM (SELECT step FROM requests UNION SELECT step FROM associations) steps
      WHERE step NOT IN (SELECT step FROM stale)),
    ${parts.map(({ name, written }) => `written_${name} AS (${written})`).join(',\n    ')}
    SELECT step FROM good`;
}

/** Has a part wait until the one before it is locked. */
function afterAll(name: string | undefined): string {
  return name === undefined ? '' : `AND (SELECT count(*) FROM locked_${name}) >= 0`;
}

function partsIn(schema: string): Readonly<Record<WrittenPart, Part>> {
  return {
    subjects: subjectPart(`${schema}.subject`),
    requests: requestPart(`${schema}.request`),
    ceilings: ceilingPart(`${schema}.ceiling`),
    associations: associationPart(`${schema}.kept_association`),
    missteps: misstepPart(`${schema}.misstep`),
    blocks: blockPart(`${schema}.block`),
  };
}

function subjectPart(table: string): Part {
  return {
    asked:
      'digest bytea, is_based boolean, based uuid, version uuid, received_at_ms bigint, verified_at_ms bigint',
    locked: (after) => `
      SELECT digest, version FROM ${table}
      WHERE digest = ANY (ARRAY(SELECT digest FROM subjects)) ${after} ORDER BY digest FOR UPDATE`,
    stale: `
      SELECT s.step FROM subjects s LEFT JOIN locked_subjects l USING (digest)
      WHERE s.is_based AND s.based IS DISTINCT FROM l.version`,
    written: `
      INSERT INTO ${table} AS t (digest, version, received_at_ms, verified_at_ms)
      SELECT digest, version, received_at_ms, verified_at_ms FROM subjects JOIN good USING (step) ORDER BY digest
      ON CONFLICT (digest) DO UPDATE SET
        version = CASE WHEN excluded.digest IN (SELECT digest FROM locked_subjects) THEN excluded.version END,
        received_at_ms = greatest(t.received_at_ms, excluded.received_at_ms),
        verified_at_ms = greatest(t.verified_at_ms, excluded.verified_at_ms)`,
  };
}

function requestPart(table: string): Part {
  return {
    asked: `based uuid, ${typesOf(REQUEST_COLUMNS)}`,
    locked: (after) => `
      SELECT request_id, method, version FROM ${table}
      WHERE request_id = ANY (ARRAY(SELECT request_id FROM requests)) ${after}
      ORDER BY request_id, method FOR UPDATE`,
    stale: `
      SELECT r.step FROM requests r LEFT JOIN locked_requests l USING (request_id, method)
      WHERE r.based IS DISTINCT FROM l.version`,
    written: `
      INSERT INTO ${table} (${columns.join(', ')})
      SELECT ${columns.join(', ')} FROM requests JOIN good USING (step) ORDER BY request_id, method
      ON CONFLICT (request_id, method) DO UPDATE SET
        version = CASE WHEN (excluded.request_id, excluded.method) IN (SELECT request_id, method FROM locked_requests)
          THEN excluded.version END,
        ${replaced.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  };
}

/** A part that gets fewer texts than none has none, and one that no window reaches any more goes. */
function ceilingPart(table: string): Part {
  return {
    asked: `subject text, window_ms bigint, bucket bigint, delta integer, raised bigint, until_ms bigint,
      is_based boolean, seen bigint, slack bigint`,
    locked: (after) => `
      SELECT subject, window_ms, raised FROM ${table}
      WHERE subject = ANY (ARRAY(SELECT subject FROM ceilings)) ${after} ORDER BY subject, window_ms FOR UPDATE`,
    stale: `
      SELECT c.step FROM ceilings c LEFT JOIN locked_ceilings l USING (subject, window_ms)
      WHERE c.is_based AND coalesce(l.raised, 0) - c.seen NOT BETWEEN 0 AND c.slack`,
    written: `
      INSERT INTO ${table} AS t (subject, window_ms, raised, counts, until_ms)
      SELECT subject, window_ms, sum(raised), jsonb_object_agg(bucket, delta), max(until_ms) FROM (
        SELECT c.subject, c.window_ms, c.bucket, sum(c.delta) AS delta, sum(c.raised) AS raised,
          max(c.until_ms) AS until_ms
        FROM ceilings c JOIN good USING (step)
        WHERE c.delta > 0 OR (c.subject, c.window_ms) IN (SELECT subject, window_ms FROM locked_ceilings)
        GROUP BY c.subject, c.window_ms, c.bucket) counted
      GROUP BY subject, window_ms ORDER BY subject, window_ms
      ON CONFLICT (subject, window_ms) DO UPDATE SET
        raised = CASE WHEN (excluded.subject, excluded.window_ms) IN (SELECT subject, window_ms FROM locked_ceilings)
          THEN t.raised + excluded.raised END,
        counts = (
          SELECT coalesce(jsonb_object_agg(bucket, sends), '{}') FROM (
            SELECT key AS bucket, sum(value::integer) AS sends FROM (
              SELECT * FROM jsonb_each_text(t.counts) UNION ALL SELECT * FROM jsonb_each_text(excluded.counts)) both_counts
            GROUP BY key) summed
          WHERE sends > 0 AND bucket::bigint >
            (SELECT max(key::bigint) FROM jsonb_object_keys(excluded.counts) AS key) - ${PARTS_KEPT}),
        until_ms = greatest(t.until_ms, excluded.until_ms)`,
  };
}

function associationPart(table: string): Part {
  return {
    asked: `based uuid, ${typesOf(ASSOCIATION_COLUMNS)}`,
    locked: (after) => `
      SELECT digest, version FROM ${table}
      WHERE digest = ANY (ARRAY(SELECT digest FROM associations)) ${after}
      ORDER BY digest FOR UPDATE`,
    stale: `
      SELECT a.step FROM associations a LEFT JOIN locked_associations l USING (digest)
      WHERE a.based IS DISTINCT FROM l.version`,
    written: `
      INSERT INTO ${table} (${ASSOCIATED.join(', ')})
      SELECT ${ASSOCIATED.join(', ')} FROM associations JOIN good USING (step) ORDER BY digest
      ON CONFLICT (digest) DO UPDATE SET
        version = CASE WHEN excluded.digest IN (SELECT digest FROM locked_associations) THEN excluded.version END,
        ${ASSOCIATED.slice(2)
          .map((name) => `${name} = excluded.${name}`)
          .join(', ')}`,
  };
}

function misstepPart(table: string): Part {
  return {
    asked: 'subject bytea, kind text, at_ms bigint, times integer',
    written: `
      INSERT INTO ${table} AS t (subject, kind, at_ms, times)
      SELECT subject, kind, at_ms, sum(times) FROM missteps JOIN good USING (step)
      GROUP BY subject, kind, at_ms ORDER BY subject, kind, at_ms
      ON CONFLICT (subject, kind, at_ms) DO UPDATE SET times = t.times + excluded.times`,
  };
}

function blockPart(table: string): Part {
  return {
    asked: 'subject text, since_ms bigint, until_ms bigint, unverified bigint, verified bigint',
    written: `
      INSERT INTO ${table} (subject, since_ms, until_ms, unverified, verified)
      SELECT DISTINCT ON (subject) subject, since_ms, until_ms, unverified, verified FROM blocks JOIN good USING (step)
      ORDER BY subject, since_ms DESC
      ON CONFLICT (subject) DO UPDATE SET since_ms = excluded.since_ms, until_ms = excluded.until_ms,
        unverified = excluded.unverified, verified = excluded.verified`,
  };
}
