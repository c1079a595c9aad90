// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources

/** Of what deletes on PostgreSQL what is past its retention: what stands in its source, and what stands there instead. */
export const retentionFaults: readonly (readonly [old: string, now: string])[] = [
  ['(${key}) IN (', '(${key}) NOT IN ('],
  ['WHERE ${time} < $1 ORDER BY ${time} LIMIT $2', 'WHERE ${time} < $1 ORDER BY ${time} DESC LIMIT $2'],
  ['WHERE ${time} < $1 ORDER BY ${time} LIMIT $2', 'WHERE ${time} < $1'],
  [
    'DELETE FROM ${schema}.subject WHERE received_at_ms < $1 AND digest',
    'DELETE FROM ${schema}.subject WHERE digest',
  ],
  [
    'UPDATE ${schema}.subject SET verified_at_ms = NULL',
    'UPDATE ${schema}.subject SET verified_at_ms = verified_at_ms',
  ],
  ['WHERE received_at_ms >= $1 AND verified_at_ms < $1', 'WHERE received_at_ms >= $1'],
];
