// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources
import type { SourceChange } from './changed-source.ts';
import { engine, shared } from './postgres-faults.ts';

/** What stands in a source, what stands there instead, and the beginning of the name of a test that fails then. */
type RaceChange = readonly [old: string, now: string, test: string];

const tests = (name: string) => `test/adapters/storage/postgres/${name}.test.ts`;

/** What it takes several servers, or a failing one, to catch: by the test file, then by the source. */
const CAUGHT_BY: Readonly<Record<string, Readonly<Record<string, readonly RaceChange[]>>>> = {
  [tests('locks')]: {
    [engine('write-statement')]: [
      [
        'FROM requests JOIN good USING (step) ORDER BY request_id, method',
        'FROM requests ORDER BY request_id, method',
        'a step that is stale',
      ],
      ['FROM ceilings c JOIN good USING (step)', 'FROM ceilings c', 'a step that is stale'],
      ['FROM blocks JOIN good USING (step)', 'FROM blocks', 'a step that is stale'],
      [
        'FROM subjects JOIN good USING (step) ORDER BY digest',
        'FROM subjects ORDER BY digest',
        'a step that is stale',
      ],
      [
        '${after} ORDER BY digest FOR UPDATE`',
        '${after} ORDER BY digest`',
        'an account that another server has changed',
      ],
      [
        'WHERE s.is_based AND s.based IS DISTINCT FROM l.version',
        'WHERE false',
        'an account that another server has changed',
      ],
      [
        'CASE WHEN excluded.digest IN (SELECT digest FROM locked_subjects) THEN excluded.version END',
        'excluded.version',
        'an account that another server has made',
      ],
      [
        'ORDER BY request_id, method FOR UPDATE',
        'ORDER BY request_id, method',
        'a request that another server has changed',
      ],
      [
        'CASE WHEN (excluded.request_id, excluded.method) IN (SELECT request_id, method FROM locked_requests)\n          THEN excluded.version END',
        'excluded.version',
        'a request that another server has made',
      ],
      [
        'WHERE r.based IS DISTINCT FROM l.version',
        'WHERE false',
        'a request that another server has changed',
      ],
      [
        'ORDER BY subject, window_ms FOR UPDATE',
        'ORDER BY subject, window_ms',
        'a ceiling that another server has changed',
      ],
      [
        'WHERE c.is_based AND coalesce(l.raised, 0) - c.seen NOT BETWEEN 0 AND c.slack',
        'WHERE false',
        'a ceiling that another server has changed',
      ],
      [
        'CASE WHEN (excluded.subject, excluded.window_ms) IN (SELECT subject, window_ms FROM locked_ceilings)\n          THEN t.raised + excluded.raised END',
        't.raised + excluded.raised',
        'a ceiling that another server has made',
      ],
      ['WHERE step NOT IN (SELECT step FROM stale)', '', 'a ceiling that another server has changed'],
    ],
    [engine('judged')]: [
      [
        'return { digest, based: { version: versionIn(row, column) }, receivedAtMs: nowMs };',
        'return { digest, receivedAtMs: nowMs };',
        'an account that another server has changed',
      ],
      ['asked.has(place) && {', 'false && {', 'a ceiling that another server has changed'],
    ],
    [shared('failure')]: [["'23505', '23502'", "'23505'", 'an account that another server has made']],
  },
  [tests('exact-limits')]: {
    [engine('write-statement')]: [
      ['- c.seen NOT BETWEEN 0 AND c.slack', '- c.seen > c.slack', 'a counter that is swept'],
      ['THEN t.raised + excluded.raised END', 'THEN t.raised END', 'of 300 texts'],
      ['sum(c.raised) AS raised', 'max(c.raised) AS raised', 'of 300 texts'],
      ['FROM missteps JOIN good USING (step)', 'FROM missteps', '[SO-13] of wrong codes'],
    ],
    [engine('writer')]: [
      ['based.slack - (raised.get(`${windowMs} ${subject}`) ?? 0)', 'based.slack', 'of 300 texts'],
      ['(raised.get(place) ?? 0) + own', 'own', 'of 300 texts'],
    ],
    [engine('judged')]: [
      [
        "{ ...changedBy(row, accountDigest), based: { version: versionIn(row, 'account_version') } }",
        'changedBy(row, accountDigest)',
        '[SO-13] of wrong codes',
      ],
      [
        "one(phoneNumberDigest, 'phone_number_version')",
        '{ digest: phoneNumberDigest, receivedAtMs: order.nowMs }',
        'of 60 texts',
      ],
      ['raised: BLOCK_RAISES', 'raised: 0', 'a block that'],
    ],
    [engine('slacks')]: [
      ['isDeepStrictEqual(decisionOrNone(decideWith, slacks), asRead)', 'true', 'of 300 texts'],
      ['return some.find(holds) ??', 'return some[0] ??', 'of 300 texts'],
      [
        'new Map(places.slice(0, count).map((place) => [place, MOST]))',
        'new Map(places.map((place) => [place, MOST]))',
        'of 300 texts',
      ],
    ],
  },
  [tests('known-rows')]: {
    [engine('write-statement')]: [
      ['WHERE r.based IS DISTINCT FROM l.version', 'WHERE false', '[IDEM-2] what'],
    ],
    [engine('steps')]: [
      ['if (change === undefined && seen !== undefined) continue;', '', '[IDEM-2] what leads'],
    ],
    [engine('otp-store')]: [
      [
        "if (current === undefined || current['challenge_id'] !== row['challenge_id'])\n            return { decision: false };",
        'if (current === undefined) return { decision: false };',
        '[OQ-70] a code',
      ],
    ],
  },
  [tests('unknown')]: {
    [engine('writer')]: [
      [
        'return steps.map(() => error.kind as Written);',
        "return steps.map(() => 'stale');",
        'a commit whose',
      ],
      [
        'return steps.map(() => error.kind as Written);',
        "return steps.map(() => 'written');",
        'a statement that is lost',
      ],
    ],
    [engine('steps')]: [
      [
        'const earlier = await this.#happened(unknown);',
        'const earlier = undefined as Unknown<Decision> | undefined;',
        'a commit whose',
      ],
      ['await this.#isDurable();', '', 'a wait for the standby'],
    ],
    [shared('database')]: [
      [
        'if (!notices.includes(MAYBE_NOT_REPLICATED)) return rows;',
        'if (notices.length >= 0) return rows;',
        'a wait for the standby',
      ],
    ],
    [shared('failure')]: [
      ["'40001', '40P01'", "'40P01'", 'a serialization failure'],
      ["'40001', '40P01'", "'40001'", 'a deadlock'],
      ["'55P03', ", '', 'a lock that'],
    ],
  },
  [tests('unknown-outcomes')]: {
    [engine('writer')]: [
      [
        "if (error.kind === 'unreachable') return steps.map(() => 'stale');",
        "if (error.kind === 'unreachable') return steps.map(() => 'written');",
        'a step whose write',
      ],

      ['if (steps.length === 1) return [error];', 'return steps.map(() => error);', 'a step that the'],
    ],
    [engine('steps')]: [
      ['return trace !== undefined && isSameChallenge', 'return false && isSameChallenge', 'a refusal'],
      ["|| error.kind === 'refused') throw error;", ') throw error; else throw error;', 'a step whose read'],
    ],
    [engine('judged')]: [['trace: eventLines(decision.event),', '', 'a refusal']],
  },
  [tests('retention')]: {
    [engine('retention')]: [
      [
        'WHERE id = 1 AND (holder = $1 OR expires_at < now()) RETURNING',
        'WHERE id = 1 RETURNING',
        '[IDEM-12] one server',
      ],
      [
        'AND (holder = $1 OR expires_at < now()) RETURNING',
        'AND holder = $1 RETURNING',
        '[IDEM-12] one server',
      ],
      ['THEN term ELSE term + 1 END', 'THEN term ELSE term END', '[IDEM-12] a step'],
      ['AND term = $3 AND', 'AND', '[IDEM-12] a step'],
      ['AND term = $3 AND expires_at > now()', 'AND term = $3', '[IDEM-12] a step'],
      ['WHERE EXISTS (SELECT FROM lead) AND ${time} < $1', 'WHERE ${time} < $1', '[IDEM-12] a step'],
      ['AND ${time} < $1 AND (${key}) IN (', 'AND (${key}) IN (', '[OQ-10] a request'],
      ['SET holder = NULL, expires_at = now()', 'SET holder = holder', '[IDEM-12] a server'],
      ['missteps === rowsMax ? rowsMax', 'false ? rowsMax', '[IDEM-12] a sweep'],
      ["ceilings AS (${oldest('ceiling', 'subject, window_ms', 'until_ms')}),", '', '[IDEM-12] a sweep'],
      ["blocks AS (${oldest('block', 'subject', 'until_ms')}),", '', '[IDEM-12] a sweep'],
    ],
  },
  'test/adapters/storage/catalog.test.ts': {
    [engine('read-statements')]: [["WHERE name = 'reached' AND NOT EXISTS", 'WHERE NOT EXISTS', '[OQ-79]']],
    [engine('key-record')]: [['() => !dryRun', '() => true', '[OQ-72] other checks']],
    [shared('database')]: [['if (this.#options.readOnly) throw', 'if (false) throw', 'it is read beside']],
  },
  'test/adapters/postgres/database.test.ts': {
    [shared('database')]: [
      ['if (asksElsewhere(error)) this.#suspect(client.place);', '', 'a server that'],
      ['if (client.place === this.#writer) return client;', 'return client;', 'connections to'],
      ['if (!isNoneFree(failure)) this.#suspect(place);', 'this.#suspect(place);', 'that all connections'],
      ["set_config('lock_timeout', ", "set_config('gsp.none', ", 'time-outs'],
    ],
  },
};

export interface Race extends SourceChange {
  /** What catches it: a file, and the beginning of the name of a test. */
  readonly by: { readonly file: string; readonly test: string };
}

export const postgresRaces: readonly Race[] = Object.entries(CAUGHT_BY).flatMap(([by, sources]) =>
  Object.entries(sources).flatMap(([file, races]) =>
    races.map(([old, now, test]) => ({ file, old, now, by: { file: by, test } })),
  ),
);
