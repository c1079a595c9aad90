// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources
import { REQUEST_COLUMNS } from '../../../../src/adapters/storage/postgres/row-columns.ts';
import type { SourceChange } from './changed-source.ts';
import { closedGuardFaults } from './closed-guard-faults.ts';
import { eraseFaults } from './erase-faults.ts';
import { retentionFaults } from './retention-faults.ts';

/** What stands in a source, and what stands there instead. */
type Change = readonly [old: string, now: string];

export const engine = (name: string) => `src/adapters/storage/postgres/${name}.ts`;
export const shared = (name: string) => `src/adapters/postgres/${name}.ts`;

/** What the contract of the store catches, whoever runs it alone. */
const CAUGHT_BY_CONTRACT: Readonly<Record<string, readonly Change[]>> = {
  [engine('write-statement')]: [
    ['WHERE s.is_based AND s.based IS DISTINCT FROM l.version', 'WHERE s.based IS DISTINCT FROM l.version'],
    ['USING (request_id, method)\n      WHERE', 'USING (request_id)\n      WHERE'],
    [
      'received_at_ms = greatest(t.received_at_ms, excluded.received_at_ms)',
      'received_at_ms = t.received_at_ms',
    ],
    [
      'received_at_ms = greatest(t.received_at_ms, excluded.received_at_ms)',
      'received_at_ms = excluded.received_at_ms',
    ],
    ['greatest(t.verified_at_ms, excluded.verified_at_ms)', 'excluded.verified_at_ms'],
    ['greatest(t.verified_at_ms, excluded.verified_at_ms)', 't.verified_at_ms'],
    [
      'SELECT digest, version, received_at_ms, verified_at_ms FROM',
      'SELECT digest, version, received_at_ms, NULL FROM',
    ],
    ['WHERE c.delta > 0 OR (c.subject, c.window_ms) IN (SELECT subject, window_ms FROM locked_ceilings)', ''],
    ['sum(c.delta) AS delta', 'max(c.delta) AS delta'],
    ['until_ms = greatest(t.until_ms, excluded.until_ms)', 'until_ms = t.until_ms'],
    ['until_ms = greatest(t.until_ms, excluded.until_ms)', 'until_ms = excluded.until_ms'],
    ['FROM jsonb_each_text(t.counts) UNION ALL SELECT', 'FROM jsonb_each_text(t.counts) UNION SELECT'],
    ['WHERE sends > 0 AND bucket', 'WHERE bucket'],
    ['const PARTS_KEPT = 16', 'const PARTS_KEPT = 2'],
    ['SELECT step FROM requests UNION SELECT step FROM associations', 'SELECT step FROM requests'],
    ['WHERE a.based IS DISTINCT FROM l.version', 'WHERE false'],
    ['times = t.times + excluded.times', 'times = excluded.times'],
    ['times = t.times + excluded.times', 'times = t.times'],
    ['since_ms = excluded.since_ms, until_ms', 'until_ms'],
    ['until_ms = excluded.until_ms,\n        unverified', 'unverified'],
    ['unverified = excluded.unverified, verified', 'verified'],
    [
      ',\n        unverified = excluded.unverified, verified = excluded.verified',
      ',\n        unverified = excluded.unverified',
    ],
  ],
  [engine('writer')]: [
    ['is_based: based !== undefined, based: based?.version };', 'is_based: true, based: based?.version };'],
    ['isVerified ? { verified_at_ms: receivedAtMs } : {}', '{}'],
    ['* partMs + windowMs + partMs', '* partMs + partMs'],
    ['(bucket + 1) * partMs', 'bucket'],
    ["'written' : 'stale'));\n    } catch", "'stale' : 'written'));\n    } catch"],
  ],
  [engine('judged')]: [
    ["const based = own && versionIn(own, 'version');\n  if", 'const based = undefined;\n  if'],
    [
      'rows: [{ image: grantedImage(own, order, decision), based }]',
      'rows: [{ image: grantedImage(own, order, decision), based: undefined }]',
    ],
    ['rows: [{ image, based }], ...blocksOf(decision, order) }', 'rows: [{ image, based }] }'],
    [
      'ceilings: [...raising(decision, order, ceilings, slacks), ...begun.ceilings]',
      'ceilings: begun.ceilings',
    ],
    ['blocks: begun.blocks', 'blocks: []'],
    ['missteps: seenBy(decision, order)', 'missteps: []'],
    ['isSeen ? [{', 'true ? [{'],
    ["kind: 'seen', atMs: nowMs", "kind: 'seen', atMs: 0"],
    ["if (granted.kind === 'issue') return issuedImage", 'if (own === undefined) return issuedImage'],
    ["|| row['challenge_id'] !== order.challengeId) return", ') return'],
    ['ceilings: lowering(decision.lower),\n    missteps', 'missteps'],
    ['missteps: decision.refused ? digests.map((subject) => ({ subject, ...refused })) : []', 'missteps: []'],
    ['missteps: decision.refused ? digests.map', 'missteps: true ? digests.map'],
    ['missteps: decision.refused ? digests.map', 'missteps: decision.refused ? digests.slice(1).map'],
    ['missteps: decision.refused ? digests.map', 'missteps: decision.refused ? digests.slice(0, 1).map'],
    ["if (decision.kind !== 'judged') return { decision };", ''],
    ['isVerified: decision.uses !== undefined', 'isVerified: false'],
    ['isVerified: decision.uses !== undefined', 'isVerified: true'],
    ['...lowering(decision.lower),\n      ...', '...'],
    ['...decision.raise.map((bucket) => ({ ...bucket, delta: 1, raised: 1 })),', ''],
    ['{ image: answered, based: request', '{ image: attemptedImage(row, decision), based: request'],
    [
      "{ image: attemptedImage(row, decision), based: versionIn(row, 'version') },\n    ],\n    subjects: distinct",
      '],\n    subjects: distinct',
    ],
    [
      'return { subject: accountDigest, kind, atMs: order.nowMs, times: 1 };',
      'return { subject: phoneNumberDigest, kind, atMs: order.nowMs, times: 1 };',
    ],
    [
      'return { subject: accountDigest, kind, atMs: order.nowMs, times: 1 };',
      'return { subject: accountDigest, kind, atMs: 0, times: 1 };',
    ],
    ['decision.association ? [associating(associated, decision.association)] : []', '[]'],
    ["based: row && versionIn(row, 'version') };\n}\n\n/** Ends", 'based: undefined };\n}\n\n/** Ends'],
    ["found['challenge_id'] === note.challengeId", 'true'],
    ['missteps: end.missteps.map((misstep) => ({ subject: digest, ...misstep }))', 'missteps: []'],
  ],
  [engine('images')]: [
    ["...UNANSWERED,\n    state: 'claimed'", "state: 'claimed'"],
    ...[
      'fingerprint: order.fingerprint',
      'owner: order.owner',
      'lease_expires_at_ms: order.leaseExpiresAtMs',
      'received_at_ms: order.nowMs',
    ]
      .map((line): Change => [`${line},\n    challenge_state`, 'challenge_state'])
      .slice(-1),
    ['lease_expires_at_ms: 0,\n    received', 'received'],
    ['send_otp_request_id: order.sendOtpRequestId ?? null', 'send_otp_request_id: null'],
    ['...(row && imageOf(row)),\n    request_id', 'request_id'],
    ['...(row !== undefined && hasChallenge(row) ? {} : whom)', '...whom'],
    ['...(row !== undefined && hasChallenge(row) ? {} : whom)', '...{}'],
    ['lease_expires_at_ms: 0,\n    }),', '}),'],
    ['challenge_state: state,\n    submissions,\n    ...(counted', '...(counted'],
    ['...(counted && { counted: countedColumn(counted) }),\n    ...(text', '...(text'],
    ['message_id: text.messageId ?? null,', ''],
    ['receipt_key: text.receiptKey ?? null,', ''],
    ['submitted_at_ms: nowMs,\n', ''],
    ['receipt_state: null,', ''],
    ['receipt_state: receipt.state,', ''],
    ['receipt_at_ms: receipt.atMs,', ''],
    [
      'challenge_state: state,\n    events: withEvents(row, event),\n  };\n}\n\n/** What a code',
      'events: withEvents(row, event),\n  };\n}\n\n/** What a code',
    ],
    ['...(state !== undefined && { challenge_state: state }),', ''],
    ['failed_attempts: failedAttempts,\n', ''],
    ['...(uses && { uses: usesColumn(uses) }),', ''],
    ['account: answer.account ?? null,', ''],
    ['...(counted && { counted: countedColumn(counted) }),\n    events', 'events'],
    ['before + eventLines(...events) : before', 'eventLines(...events) : before'],
    ['before + eventLines(...events) : before', 'before : before'],
  ],
  [engine('facts')]: [
    ['part >= oldest', 'part > oldest'],
    ['part >= oldest', 'true'],
    ["row !== undefined && row['request_id'] !== null", 'row !== undefined'],
    ['block.subject === subject && block.untilMs > order.nowMs', 'block.subject === subject'],
    ['block.subject === subject && block.untilMs > order.nowMs', 'block.untilMs > order.nowMs'],
    ["numberVerified: () => row['verified_at_ms'] !== null", 'numberVerified: () => false'],
    ['challenge?.challengeId !== order.challengeId', 'challenge === undefined'],
    ['list.filter(([own]) => own === kind)', 'list'],
    ["phoneNumber('refused')", "account('refused')"],
  ],
  [engine('read-statements')]: [
    [
      'WHERE r.challenge_id IS NOT NULL AND x.account_digest = r.account_digest AND x.submissions > 0\n        AND x.counted',
      'WHERE r.challenge_id IS NOT NULL AND x.submissions > 0\n        AND x.counted',
    ],
    ['x.method = ${method} AND x.request_id', 'x.request_id'],
    ['ORDER BY x.counted_at_ms LIMIT ${COUNTED_MAX}', 'ORDER BY x.counted_at_ms LIMIT 1'],
    ['WHERE x.${column} = ${of} AND x.submissions > 0 AND', 'WHERE x.submissions > 0 AND'],
    ['AND x.counted_at_ms >= o.since_ms\n', '\n'],
    ['AND x.counted_at_ms >= o.since_ms\n', 'AND x.counted_at_ms > o.since_ms\n'],
    ["AND NOT (x.request_id = o.request_id AND x.method = 'sendOtp')", ''],
    ['ORDER BY x.counted_at_ms DESC LIMIT', 'ORDER BY x.counted_at_ms LIMIT'],
    ['x.counted_at_ms DESC LIMIT ${COUNTED_MAX}', 'x.counted_at_ms DESC LIMIT 100'],
    ['x.at_ms DESC LIMIT ${COUNTED_MAX}', 'x.at_ms DESC LIMIT 100'],
    ['x.subject = ${of} AND x.kind = k.kind', 'x.kind = k.kind'],
    ['AND x.kind = k.kind AND x.at_ms', 'AND x.at_ms'],
    ['AND x.at_ms >= o.since_ms\n', '\n'],
    ['AND x.at_ms >= o.since_ms\n', 'AND x.at_ms > o.since_ms\n'],
    ['ORDER BY x.at_ms DESC LIMIT', 'ORDER BY x.at_ms LIMIT'],
    ["['refused', 'wrong', 'uncompared', 'exhausted', 'seen']", "['refused', 'wrong', 'uncompared', 'seen']"],
    ["['refused', 'wrong', 'uncompared', 'exhausted', 'seen']", "['refused', 'wrong', 'exhausted', 'seen']"],
    [
      "['refused', 'wrong', 'uncompared', 'exhausted', 'seen']",
      "['refused', 'wrong', 'uncompared', 'exhausted']",
    ],
    ["'r.account_digest', ['wrong']", "'r.account_digest', ['refused']"],
    ['x.subject = w.subject AND x.window_ms = w.window_ms LIMIT 1', 'x.subject = w.subject LIMIT 1'],
    ['x.subject = w.subject AND x.window_ms = w.window_ms LIMIT 1', 'x.window_ms = w.window_ms LIMIT 1'],
    [
      'WHERE x.receipt_key = o.receipt_key ORDER BY x.id DESC LIMIT 16',
      'WHERE x.receipt_key = o.receipt_key ORDER BY x.id DESC LIMIT 1',
    ],
    [
      'ORDER BY x.id DESC LIMIT 16) r\n      ORDER BY r.id DESC',
      'ORDER BY x.id DESC LIMIT 16) r\n      ORDER BY r.id',
    ],
    [
      "newestOf(column, 'counted_at_ms', 'submissions > 0')",
      "newestOf(column, 'counted_at_ms', 'submissions > 1')",
    ],
    ["'coalesce(submissions, 0) = 0'", "'submissions = 0'"],
    ['ORDER BY r.received_at_ms DESC LIMIT $2`', 'ORDER BY r.received_at_ms LIMIT $2`'],
    ['AND submissions > 0 AND counted_at_ms >= $2', 'AND submissions > 0'],
    ['WHERE until_ms > $1 ORDER BY until_ms', 'ORDER BY until_ms'],
    ['max(greatest(received_at_ms, answered_at_ms))', 'max(received_at_ms)'],
    ['WHERE excluded.value::bigint > t.value::bigint', ''],
    [
      'ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE',
      'ON CONFLICT (name) DO UPDATE SET value = t.value WHERE',
    ],
    ['AND NOT EXISTS (SELECT FROM ${request})', ''],
  ],
  [engine('otp-store')]: [
    ['atMs === 0 ? 0 : Math.max', 'Math.max'],
    ["kind === 'account' ? requestsOfAccount : requestsOfPhoneNumber", 'requestsOfAccount'],
    ["of.kind === 'account' ? codesOfAccount : codesOfPhoneNumber", 'codesOfAccount'],
    ['await Promise.allSettled(this.#underWay);', ''],
    ['const isEnded = await', 'const isEnded = !await'],
    ["if (decision.kind !== 'answer') return { decision };", ''],
  ],
  [engine('closed-guard')]: closedGuardFaults,
  [engine('erase')]: eraseFaults,
  [engine('retention')]: retentionFaults,
};

/** Each column that an update may forget. */
const FORGOTTEN_COLUMNS: readonly Change[] = Object.keys(REQUEST_COLUMNS)
  .filter((name) => !['request_id', 'method', 'version'].includes(name))
  .map((name) => ["!['request_id', 'method', 'version']", `!['request_id', 'method', 'version', '${name}']`]);

/** Each column of an association that an update may forget. */
const FORGOTTEN_OF_ASSOCIATIONS: readonly Change[] = [2, 3, 4, 5, 6, 7].map((at) => [
  'ASSOCIATED.slice(2)',
  `ASSOCIATED.slice(2).filter((_, at) => at !== ${at - 2})`,
]);

const ofFile = (file: string, some: readonly Change[]): readonly SourceChange[] =>
  some.map(([old, now]) => ({ file, old, now }));

export const postgresFaults: readonly SourceChange[] = [
  ...Object.entries(CAUGHT_BY_CONTRACT).flatMap(([file, some]) => ofFile(file, some)),
  ...ofFile(engine('write-statement'), [...FORGOTTEN_COLUMNS, ...FORGOTTEN_OF_ASSOCIATIONS]),
];

/** Faults that nobody is told anything of, each with the reason. */
export const HARMLESS: readonly (readonly [file: string, ...Change, why: string])[] = [
  [
    engine('write-statement'),
    "return name === undefined ? '' : `AND (SELECT count(*) FROM locked_${name}) >= 0`;",
    "return '';",
    'batches may wait in a circle, which PostgreSQL ends, and are tried again',
  ],
  [
    engine('write-statement'),
    'SELECT max(key::bigint) FROM',
    'SELECT min(key::bigint) FROM',
    'parts that no window reaches are kept longer, and not counted',
  ],
  [
    engine('write-statement'),
    'max(c.until_ms) AS until_ms',
    'min(c.until_ms) AS until_ms',
    'of one part all are the same',
  ],
  [
    engine('write-statement'),
    'SELECT subject, kind, at_ms, sum(times)',
    'SELECT subject, kind, at_ms, max(times)',
    'one batch has no two steps about one subject',
  ],
  [
    engine('writer'),
    'if (places.some((place) => taken.has(place))) return false;',
    '',
    'PostgreSQL refuses a row that comes twice, and each step is written alone',
  ],
  [
    engine('steps'),
    'before === undefined ? this.#try(step, endMs) : this.#tryAfter(before, step, endMs)',
    'this.#try(step, endMs)',
    'steps about one account make each other stale, and are tried again',
  ],
  [
    engine('steps'),
    'for (const { image } of change.rows) this.#known.written(image, version);',
    '',
    'what is not known is read',
  ],
  [engine('known-rows'), "if (image['state'] !== 'claimed') return;", '', 'more is known than is asked for'],
  [
    engine('judged'),
    'if (row === undefined || challenge === undefined) {\n    throw',
    'if (false) {\n    throw',
    'the next line throws the same',
  ],
  [
    engine('judged'),
    'isDeepStrictEqual(first.digest, second.digest)',
    'false',
    'no account has the digest of a number',
  ],
  [engine('otp-store'), 'if (this.#isClosed) throw', 'if (false) throw', 'the pool is closed, and says so'],
  [
    engine('retention'),
    "${oldest('ceiling', 'subject, window_ms', 'until_ms')}",
    "${oldest('ceiling', 'subject', 'until_ms')}",
    'the age of each is asked for again',
  ],
  [
    engine('retention'),
    'CASE WHEN holder = $1 AND expires_at >= now() THEN',
    'CASE WHEN holder = $1 THEN',
    'nobody else led in between',
  ],
  [
    engine('retention'),
    'expires_at > now() FOR SHARE)',
    'expires_at > now())',
    'two servers delete the same for the milliseconds of one step',
  ],
];
