import { X509Certificate } from 'node:crypto';
import { UnavailableError } from '../../ports/unavailable.ts';
import type { GatewayAnswer } from './exchange.ts';

/** Asks for a URL by GET, once. `undefined`: no answer came. Doesn't reject. */
export type AskUrl = (url: string) => Promise<GatewayAnswer | undefined>;

/** Amazon changes its certificate about once a year. */
const KEPT_MAX = 8;
const RUNNING_MAX = 4;

/**
 * Yields the certificates that Amazon SNS signs with. Each is asked for once and kept; the URL must have been found to
 * be Amazon's. `undefined`: there is none, or it isn't valid now. Rejects with `UnavailableError` if it can't be had
 * at present.
 */
export function createSnsCertificates(
  ask: AskUrl,
): (url: string, nowMs: number) => Promise<X509Certificate | undefined> {
  const kept = new Map<string, X509Certificate>();
  const running = new Map<string, Promise<X509Certificate | undefined>>();

  async function load(url: string): Promise<X509Certificate | undefined> {
    const answer = await ask(url);
    if (answer === undefined || answer.status >= 500) {
      throw new UnavailableError('the certificate of Amazon SNS could not be fetched');
    }
    const certificate = answer.status === 200 ? readCertificate(answer.text) : undefined;
    if (certificate === undefined) return undefined;
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_MAX && oldest !== undefined) kept.delete(oldest);
    kept.set(url, certificate);
    return certificate;
  }

  return async (url, nowMs) => {
    let certificate = kept.get(url);
    if (certificate === undefined) {
      // Anyone can make up addresses: no more are asked for at once than Amazon could have.
      if (!running.has(url) && running.size >= RUNNING_MAX) {
        throw new UnavailableError('too many certificates of Amazon SNS are asked for at once');
      }
      const loading = running.get(url) ?? load(url).finally(() => running.delete(url));
      running.set(url, loading);
      certificate = await loading;
    }
    return certificate !== undefined && isValid(certificate, nowMs) ? certificate : undefined;
  };
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function isValid({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime();
}
