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
