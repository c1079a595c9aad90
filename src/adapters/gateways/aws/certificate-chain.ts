import { X509Certificate } from 'node:crypto';

/** Leaf, up to three intermediates and a root. */
const STEPS_MAX = 4;

const FIRST_LINE = '-----BEGIN CERTIFICATE-----';
const LAST_LINE = '-----END CERTIFICATE-----';

/**
 * The certificates in a text that holds nothing else, in their order. `undefined`: there is something else in it, such as
 * markup around a certificate, or nothing at all.
 */
export function readCertificates(pem: string): readonly X509Certificate[] | undefined {
  const lines = pem.trimEnd().split(/\r?\n/);
  const blocks: string[][] = [];
  for (const line of lines) {
    const block = blocks.at(-1);
    const isOpen = block !== undefined && block.at(-1) !== LAST_LINE;
    if (!isOpen && line === FIRST_LINE) blocks.push([line]);
    else if (isOpen && (line === LAST_LINE || /^[A-Za-z0-9+/]{1,76}={0,2}$/.test(line))) block.push(line);
    // Between certificates there may be empty lines, and before the first one nothing.
    else if (isOpen || blocks.length === 0 || line !== '') return undefined;
  }
  try {
    const certificates = blocks.map((block) => new X509Certificate(block.join('\n')));
    return certificates.length === 0 ? undefined : certificates;
  } catch {
    return undefined;
  }
}

export function isValidAt({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime();
}

/** What a chain came to; `broken` has the certificate whose issuer is not among those that were given. */
export type Chain = { readonly kind: 'trusted' } | { readonly kind: 'broken'; readonly at: X509Certificate };

/** Follows a certificate by way of `between` to one of `roots`. All but the leaf must be authorities and valid now. */
export function followChain(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  nowMs: number,
): Chain {
  let at = leaf;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const child = at;
    const isIssuer = (issuer: X509Certificate) =>
      issuer.ca && isValidAt(issuer, nowMs) && child.checkIssued(issuer) && child.verify(issuer.publicKey);
    if (roots.some(isIssuer)) return { kind: 'trusted' };
    const next = between.find(isIssuer);
    if (next === undefined) break;
    at = next;
  }
  return { kind: 'broken', at };
}
