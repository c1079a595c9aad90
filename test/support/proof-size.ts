/**
 * How large a proof by mass is: what its own variable says; in `npm run proofs`, which sets `PROOFS`, `mass`; else
 * `quick`, which still finds a fault that is planted.
 */
export function proofSize(
  variable: string,
  { quick, mass }: { readonly quick: number; readonly mass: number },
): number {
  const own = process.env[variable];
  if (own !== undefined) return Number(own);
  return process.env['PROOFS'] === undefined ? quick : mass;
}

/** What of a list is gone through: in `npm run proofs` all, else so many, at even distances and with the last one. */
export function proofSample<T>(items: readonly T[], quick: number): readonly T[] {
  const count = process.env['PROOFS'] === undefined ? Math.min(quick, items.length) : items.length;
  return items.filter(
    (_, at) => Math.floor(((at + 1) * count) / items.length) > Math.floor((at * count) / items.length),
  );
}

/** The options of a test that `npm run proofs` alone goes through. */
export const inProofs = {
  skip: process.env['PROOFS'] === undefined && 'npm run proofs goes through it',
} as const;
