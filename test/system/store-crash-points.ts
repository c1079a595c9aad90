/** Where a process can be killed while its store works. */
export const STORE_CRASH_POINTS = [
  'before commit',
  'during commit',
  'after commit',
  'during checkpoint',
  'during recovery',
] as const;

export type StoreCrashPoint = (typeof STORE_CRASH_POINTS)[number];
