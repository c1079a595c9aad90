/** Of what erases on PostgreSQL: what stands in its source, and what stands there instead. */
export const eraseFaults: readonly (readonly [old: string, now: string])[] = [
  ...['recipient', 'number_prefix', 'message_id', 'receipt_key'].map(
    (name) => [`${name} = NULL`, `${name} = r.${name}`] as const,
  ),
  ['counted = NULL', 'counted = r.counted'],
  ['events = $2', 'events = r.events'],
  ["kind === 'account' ? eraseAccount : erasePhoneNumber", 'eraseAccount'],
  ['= $1 AND submissions > 0', '= $1 AND submissions > 1'],
  ['AND coalesce(submissions, 0) = 0)', 'AND submissions = 1)'],
  ['coalesce(max(received_at_ms), 0)', '0'],
  ['WHERE subject = $1', 'WHERE subject = $1 AND false'],
];
