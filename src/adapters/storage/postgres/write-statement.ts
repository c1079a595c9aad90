import { REQUEST_COLUMNS } from './row-columns.ts';

const columns = Object.keys(REQUEST_COLUMNS);
const typed = Object.entries(REQUEST_COLUMNS).map(([name, type]) => `${name} ${type}`);
/** `version` is told apart: a row that came in between gets none, which fails. */
const replaced = columns.filter((name) => !['request_id', 'method', 'version'].includes(name));

/**
 * Writes what the steps of a batch decided, each wholly or not at all, and yields those that it wrote. A step is written
 * if all that it was decided on still has the version that was read. Its rows are locked first, in one order for all
 * servers: accounts and numbers, requests, ceilings; so batches wait for each other and never in a circle.
 *
 * What did not exist can't be locked. Where another server made it in between, its version becomes NULL, which the column
 * refuses: the whole batch is undone, and is decided anew.
 */
export function writeStatement(schema: string): string {
  return `
    WITH ${ASKED},
    ${locked(schema)},
    ${JUDGED},
    ${writtenRows(schema)},
    ${writtenCeilings(schema)},
    ${writtenCounts(schema)}
    SELECT step FROM good`;
}

/** What each step wants to write: accounts and numbers, requests, ceilings, missteps, blocks. */
const ASKED = `s AS MATERIALIZED (
      SELECT * FROM json_to_recordset($1::json)
        AS s(step integer, digest bytea, is_based boolean, based uuid, version uuid, received_at_ms bigint)),
    r AS MATERIALIZED (
      SELECT * FROM json_to_recordset($2::json) AS r(step integer, based uuid, ${typed.join(', ')})),
    c AS MATERIALIZED (
      SELECT * FROM json_to_recordset($3::json)
        AS c(step integer, subject text, window_ms bigint, bucket bigint, delta integer, raised bigint, until_ms bigint,
          is_based boolean, seen bigint, slack bigint)),
    m AS MATERIALIZED (
      SELECT * FROM json_to_recordset($4::json)
        AS m(step integer, subject bytea, kind text, at_ms bigint, times integer)),
    b AS MATERIALIZED (
      SELECT * FROM json_to_recordset($5::json)
        AS b(step integer, subject text, since_ms bigint, until_ms bigint, unverified bigint, verified bigint))`;

function locked(schema: string): string {
  return `
    locked_subject AS MATERIALIZED (
      SELECT digest, version FROM ${schema}.subject
      WHERE digest = ANY (ARRAY(SELECT digest FROM s)) ORDER BY digest FOR UPDATE),
    locked_request AS MATERIALIZED (
      SELECT request_id, method, version FROM ${schema}.request
      WHERE request_id = ANY (ARRAY(SELECT request_id FROM r)) AND (SELECT count(*) FROM locked_subject) >= 0
      ORDER BY request_id, method FOR UPDATE),
    locked_ceiling AS MATERIALIZED (
      SELECT subject, window_ms, raised FROM ${schema}.ceiling
      WHERE subject = ANY (ARRAY(SELECT subject FROM c)) AND (SELECT count(*) FROM locked_request) >= 0
      ORDER BY subject, window_ms FOR UPDATE)`;
}

/** The steps that were decided on what has changed since, and the others. */
const JUDGED = `
    stale AS MATERIALIZED (
      SELECT s.step FROM s LEFT JOIN locked_subject l USING (digest)
        WHERE s.is_based AND s.based IS DISTINCT FROM l.version
      UNION SELECT r.step FROM r LEFT JOIN locked_request l USING (request_id, method)
        WHERE r.based IS DISTINCT FROM l.version
      UNION SELECT c.step FROM c LEFT JOIN locked_ceiling l USING (subject, window_ms)
        WHERE c.is_based AND coalesce(l.raised, 0) - c.seen > c.slack),
    good AS MATERIALIZED (SELECT DISTINCT step FROM r WHERE step NOT IN (SELECT step FROM stale))`;

function writtenRows(schema: string): string {
  return `
    written_subject AS (
      INSERT INTO ${schema}.subject AS t (digest, version, received_at_ms)
      SELECT digest, version, received_at_ms FROM s JOIN good USING (step) ORDER BY digest
      ON CONFLICT (digest) DO UPDATE SET
        version = CASE WHEN EXISTS (SELECT FROM locked_subject l WHERE l.digest = excluded.digest)
          THEN excluded.version END,
        received_at_ms = greatest(t.received_at_ms, excluded.received_at_ms)),
    written_request AS (
      INSERT INTO ${schema}.request (${columns.join(', ')})
      SELECT ${columns.join(', ')} FROM r JOIN good USING (step) ORDER BY request_id, method
      ON CONFLICT (request_id, method) DO UPDATE SET
        version = CASE WHEN EXISTS (
          SELECT FROM locked_request l WHERE l.request_id = excluded.request_id AND l.method = excluded.method)
          THEN excluded.version END,
        ${replaced.map((name) => `${name} = excluded.${name}`).join(', ')})`;
}

/** A part that gets fewer texts than none has none, and one that no window reaches any more goes. */
function writtenCeilings(schema: string): string {
  return `
    written_ceiling AS (
      INSERT INTO ${schema}.ceiling AS t (subject, window_ms, raised, counts, until_ms)
      SELECT subject, window_ms, sum(raised), jsonb_object_agg(bucket, delta), max(until_ms) FROM (
        SELECT c.subject, c.window_ms, c.bucket, sum(c.delta) AS delta, sum(c.raised) AS raised,
          max(c.until_ms) AS until_ms
        FROM c JOIN good USING (step)
        WHERE c.delta > 0
          OR EXISTS (SELECT FROM locked_ceiling l WHERE l.subject = c.subject AND l.window_ms = c.window_ms)
        GROUP BY c.subject, c.window_ms, c.bucket) counted
      GROUP BY subject, window_ms ORDER BY subject, window_ms
      ON CONFLICT (subject, window_ms) DO UPDATE SET
        raised = CASE WHEN EXISTS (
          SELECT FROM locked_ceiling l WHERE l.subject = excluded.subject AND l.window_ms = excluded.window_ms)
          THEN t.raised + excluded.raised END,
        counts = (
          SELECT coalesce(jsonb_object_agg(bucket, sends), '{}') FROM (
            SELECT key AS bucket, sum(value::integer) AS sends FROM (
              SELECT * FROM jsonb_each_text(t.counts) UNION ALL SELECT * FROM jsonb_each_text(excluded.counts)) both_counts
            GROUP BY key) summed
          WHERE sends > 0
            AND bucket::bigint > (SELECT max(key::bigint) FROM jsonb_object_keys(excluded.counts) AS key) - $6),
        until_ms = greatest(t.until_ms, excluded.until_ms))`;
}

function writtenCounts(schema: string): string {
  return `
    written_misstep AS (
      INSERT INTO ${schema}.misstep AS t (subject, kind, at_ms, times)
      SELECT subject, kind, at_ms, sum(times) FROM m JOIN good USING (step)
      GROUP BY subject, kind, at_ms ORDER BY subject, kind, at_ms
      ON CONFLICT (subject, kind, at_ms) DO UPDATE SET times = t.times + excluded.times),
    written_block AS (
      INSERT INTO ${schema}.block (subject, since_ms, until_ms, unverified, verified)
      SELECT DISTINCT ON (subject) subject, since_ms, until_ms, unverified, verified FROM b JOIN good USING (step)
      ORDER BY subject, since_ms DESC
      ON CONFLICT (subject) DO UPDATE SET since_ms = excluded.since_ms, until_ms = excluded.until_ms,
        unverified = excluded.unverified, verified = excluded.verified)`;
}
