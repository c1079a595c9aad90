import { COUNTED_MAX } from '../../../ports/code-bounds.ts';
import { keptStatement } from './kept-statement.ts';
import { ASSOCIATION_COLUMNS, REQUEST_COLUMNS } from './row-columns.ts';

/** Each by its name, since a later version of the schema may have more. */
const ROW = { id: 'bigint', ...REQUEST_COLUMNS };
const ROW_NAMES = Object.keys(ROW)
  .map((name) => `r.${name}`)
  .join(', ');

const ASSOCIATION_NAMES = Object.keys(ASSOCIATION_COLUMNS)
  .map((name) => `r.${name}`)
  .join(', ');

const columnsOf = (columns: Readonly<Record<string, string>>) =>
  Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');

/** What may supersede the challenge of the row `r`. */
function newerTexts(request: string): string {
  return `(
    SELECT json_agg(row_to_json(x) ORDER BY x.counted_at_ms) FROM (
      SELECT x.id, x.request_id, x.issued_at_ms, x.counted_at_ms, x.challenge_state, x.submissions, x.lease_expires_at_ms
      FROM ${request} x
      WHERE r.challenge_id IS NOT NULL AND x.account_digest = r.account_digest AND x.submissions > 0
        AND x.counted_at_ms >= r.issued_at_ms AND x.issued_at_ms >= r.issued_at_ms
      ORDER BY x.counted_at_ms LIMIT ${COUNTED_MAX}) x) AS newer`;
}

/**
 * The request `o.request_id` of a method. LIMIT has the server look it up for each `o`: it takes a list of records for a long
 * one, for which it would rather read the whole table.
 */
function requestOf(request: string, method: string): string {
  return `(SELECT * FROM ${request} x WHERE x.method = ${method} AND x.request_id = o.request_id LIMIT 1)`;
}

/** Texts that count, besides that of the request itself. */
function textsOf(request: string, column: string, of: string): string {
  return `(
    SELECT json_agg(json_build_array(counted_at_ms, submissions) ORDER BY counted_at_ms DESC) FROM (
      SELECT x.counted_at_ms, x.submissions FROM ${request} x
      WHERE x.${column} = ${of} AND x.submissions > 0 AND x.counted_at_ms >= o.since_ms
        AND NOT (x.request_id = o.request_id AND x.method = 'sendOtp')
      ORDER BY x.counted_at_ms DESC LIMIT ${COUNTED_MAX}) x)`;
}

export function misstepsOf(schema: string, of: string, kinds: readonly string[]): string {
  return `(
    SELECT json_agg(json_build_array(k.kind, x.at_ms, x.times) ORDER BY x.at_ms DESC)
    FROM unnest(ARRAY[${kinds.map((kind) => `'${kind}'`).join(', ')}]) AS k(kind)
    CROSS JOIN LATERAL (
      SELECT x.at_ms, x.times FROM ${schema}.misstep x
      WHERE x.subject = ${of} AND x.kind = k.kind AND x.at_ms >= o.since_ms
      ORDER BY x.at_ms DESC LIMIT ${COUNTED_MAX}) x)`;
}

/**
 * What steps are decided on. Each reads for many steps at once, in one snapshot; `n` tells which one a row is for. No
 * statement scans a table: a test asks PostgreSQL how it runs each.
 */
export function readStatements(schema: string) {
  const request = `${schema}.request`;
  const newer = newerTexts(request);
  const kept = (name: string, more: Readonly<Record<string, string>>, text: string, parameters = 1) => {
    const columns = columnsOf({ n: 'integer', ...ROW, ...more });
    return keptStatement(schema, name, { text, parameters, columns, isRead: true });
  };

  return {
    /** Requests by method and id. */
    rows: kept(
      'rows',
      {},
      `SELECT o.n, ${ROW_NAMES} FROM json_to_recordset($1::json) AS o(n integer, method text, request_id text)
      CROSS JOIN LATERAL ${requestOf(request, 'o.method')} r`,
    ),

    /** The same, with what may supersede the challenge of each. */
    challenges: kept(
      'challenges',
      { newer: 'json' },
      `SELECT o.n, ${ROW_NAMES}, ${newer} FROM json_to_recordset($1::json) AS o(n integer, method text, request_id text)
      CROSS JOIN LATERAL ${requestOf(request, 'o.method')} r`,
    ),

    /** The same, with what a code that is typed for the challenge is judged by. */
    attempts: kept(
      'attempts',
      { newer: 'json', account_version: 'uuid', account_missteps: 'json' },
      `SELECT o.n, ${ROW_NAMES}, ${newer},
        (SELECT x.version FROM ${schema}.subject x WHERE x.digest = r.account_digest) AS account_version,
        ${misstepsOf(schema, 'r.account_digest', ['wrong'])} AS account_missteps
      FROM json_to_recordset($1::json) AS o(n integer, method text, request_id text, since_ms bigint)
      CROSS JOIN LATERAL ${requestOf(request, 'o.method')} r`,
    ),

    issue: kept('issue', ISSUE_COLUMNS, issueText(schema), 3),

    receipts: kept(
      'receipts',
      {},
      `SELECT o.n, ${ROW_NAMES} FROM json_to_recordset($1::json) AS o(n integer, receipt_key text)
      CROSS JOIN LATERAL (
        SELECT * FROM ${request} x WHERE x.receipt_key = o.receipt_key ORDER BY x.id DESC LIMIT 16) r
      ORDER BY r.id DESC`,
    ),

    associations: associationsStatement(schema),
  } as const;
}

/** What is known of association ids. */
function associationsStatement(schema: string) {
  const text = `
    SELECT o.n, ${ASSOCIATION_NAMES} FROM json_to_recordset($1::json) AS o(n integer, digest bytea)
    CROSS JOIN LATERAL (SELECT * FROM ${schema}.kept_association x WHERE x.digest = o.digest LIMIT 1) r`;
  const columns = columnsOf({ n: 'integer', ...ASSOCIATION_COLUMNS });
  return keptStatement(schema, 'associations', { text, parameters: 1, columns, isRead: true });
}

const ISSUE_COLUMNS = {
  ...{ newer: 'json', account_version: 'uuid', phone_number_version: 'uuid', verified_at_ms: 'bigint' },
  ...{ account_texts: 'json', phone_number_texts: 'json', account_missteps: 'json' },
  ...{ phone_number_missteps: 'json', ceilings: 'json', blocks: 'json' },
} as const;

/** A row for each, whether its request is there or not. What all have in common stands in the first one. */
function issueText(schema: string): string {
  const request = `${schema}.request`;
  const subject = (of: string) => `(SELECT * FROM ${schema}.subject x WHERE x.digest = ${of} LIMIT 1)`;
  return `
    SELECT o.n, ${ROW_NAMES}, ${newerTexts(request)}, a.version AS account_version, p.version AS phone_number_version,
      p.verified_at_ms,
      ${textsOf(request, 'account_digest', 'o.account_digest')} AS account_texts,
      ${textsOf(request, 'phone_number_digest', 'o.phone_number_digest')} AS phone_number_texts,
      ${misstepsOf(schema, 'o.account_digest', ['refused', 'wrong', 'uncompared', 'exhausted', 'seen'])} AS account_missteps,
      ${misstepsOf(schema, 'o.phone_number_digest', ['refused'])} AS phone_number_missteps,
      CASE WHEN o.n = 0 THEN (
        SELECT json_agg(row_to_json(x)) FROM json_to_recordset($2::json) AS w(subject text, window_ms bigint)
        CROSS JOIN LATERAL (
          SELECT x.subject, x.window_ms, x.raised, x.counts FROM ${schema}.ceiling x
          WHERE x.subject = w.subject AND x.window_ms = w.window_ms LIMIT 1) x) END AS ceilings,
      CASE WHEN o.n = 0 THEN (
        SELECT json_agg(row_to_json(x)) FROM json_array_elements_text($3::json) AS w(subject)
        CROSS JOIN LATERAL (SELECT * FROM ${schema}.block x WHERE x.subject = w.subject LIMIT 1) x) END AS blocks
    FROM json_to_recordset($1::json)
      AS o(n integer, request_id text, account_digest bytea, phone_number_digest bytea, since_ms bigint)
    LEFT JOIN LATERAL ${requestOf(request, "'sendOtp'")} r ON true
    LEFT JOIN LATERAL ${subject('o.account_digest')} a ON true
    LEFT JOIN LATERAL ${subject('o.phone_number_digest')} p ON true`;
}

/** What operators ask, and what is done beside calls: one thing at a time. */
export function plainStatements(schema: string) {
  const request = `${schema}.request`;
  const newer = newerTexts(request);
  const newestOf = (column: string, at: string, which: string) => `
    (SELECT * FROM ${request} WHERE ${column} = $1 AND ${which} ORDER BY ${at} DESC LIMIT $2)`;
  const requestsOf = (column: string) => `
    SELECT r.*, ${newer} FROM (
      ${newestOf(column, 'counted_at_ms', 'submissions > 0')} UNION ALL
      ${newestOf(column, 'received_at_ms', 'coalesce(submissions, 0) = 0')}) r
    ORDER BY r.received_at_ms DESC LIMIT $2`;
  const codesOf = (column: string) => `
    SELECT * FROM ${request} WHERE ${column} = $1 AND submissions > 0 AND counted_at_ms >= $2`;
  return {
    history: `SELECT r.*, ${newer} FROM ${request} r WHERE r.request_id = $1 ORDER BY r.method`,
    requestsOfAccount: requestsOf('account_digest'),
    requestsOfPhoneNumber: requestsOf('phone_number_digest'),
    codesOfAccount: codesOf('account_digest'),
    codesOfPhoneNumber: codesOf('phone_number_digest'),
    blocks: `SELECT * FROM ${schema}.block WHERE until_ms > $1 ORDER BY until_ms`,
    untold: `
      SELECT * FROM ${schema}.kept_association WHERE NOT is_told AND digest > $1 ORDER BY digest LIMIT $2`,
    newestMoment: `
      SELECT coalesce(max(greatest(received_at_ms, answered_at_ms)), 0)::bigint AS at_ms,
        (SELECT value FROM ${schema}.meta WHERE name = 'reached') AS reached
      FROM ${request} WHERE received_at_ms > (SELECT max(received_at_ms) FROM ${request}) - 10000`,
    remember: `
      INSERT INTO ${schema}.meta AS t (name, value) VALUES ('reached', $1)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value::bigint > t.value::bigint`,
    forgetReached: `
      DELETE FROM ${schema}.meta WHERE name = 'reached' AND NOT EXISTS (SELECT FROM ${request})`,
    /** Counts up, since what changes nothing need not reach the disk. */
    check: `
      INSERT INTO ${schema}.meta AS t (name, value) VALUES ('checks', '1')
      ON CONFLICT (name) DO UPDATE SET value = (t.value::bigint + 1)::text`,
  } as const;
}
