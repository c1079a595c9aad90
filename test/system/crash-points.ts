/** Where a server can be killed while it serves one sendOtp, in the order in which it gets there. */
export const CRASH_POINTS = [
  'request read',
  'envelope opened',
  'intent not yet synced',
  'intent durable',
  'gateway call sent',
  'gateway answered',
  'result not yet synced',
  'result durable',
  'answer half written',
  'answer sent',
  'during checkpoint',
  'during recovery',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];
