// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources

/** Of the step that weighs closed accounts on PostgreSQL: what stands in its source, and what stands there instead. */
export const closedGuardFaults: readonly (readonly [old: string, now: string])[] = [
  [
    'ON CONFLICT (name) DO UPDATE SET value = t.value RETURNING',
    "ON CONFLICT (name) DO UPDATE SET value = '' RETURNING",
  ],
  ["['seen', 'closed'])} AS account_missteps", "['closed'])} AS account_missteps"],
  ["['seen', 'closed'])} AS account_missteps", "['seen'])} AS account_missteps"],
  ['x.subject = w.subject AND x.window_ms = w.window_ms LIMIT 1', 'x.window_ms = w.window_ms LIMIT 1'],
  ['UNION ALL SELECT', 'UNION SELECT'],
  ['- ${PARTS_KEPT})`', '- 1)`'],
  ['AS kind ORDER BY kind', "AS kind WHERE kind = 'seen'"],
  ['if (raised.length > 0)', 'if (raised.length > 1)'],
  ['if (decision.sightings.length > 0)', 'if (decision.sightings.length > 1)'],
  ['if (decision.state !== undefined)', 'if (false)'],
  ['DO UPDATE SET value = excluded.value', 'DO NOTHING'],
  ["state: parseClosedState(String(locked['value']))", 'state: undefined'],
  ["closed: noted('closed')", "closed: noted('seen')"],
  ['sendsOf(counted, seen, nowMs), sendsOf(counted, closed, nowMs)', 'sendsOf(counted, closed, nowMs), 0'],
];
