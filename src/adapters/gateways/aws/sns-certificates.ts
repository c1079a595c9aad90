import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { Clock } from '../../../ports/clock.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { GatewayAnswer } from '../shared/gateway-answer.ts';
import { followChain, isValidAt, readCertificates } from './certificate-chain.ts';

/** Asks for a URL by GET, once. `undefined`: no answer came. Doesn't reject. */
export type AskUrl = (url: string) => Promise<GatewayAnswer | undefined>;

/** What certificates are judged by. */
export interface SnsTrust {
  /** Fetches a file of a few KiB. `undefined`: it can't be had. Doesn't reject. */
  readonly askOctets: (url: string) => Promise<Uint8Array | undefined>;
  /** Public authorities, PEM; those that Node brings unless others are named. */
  readonly roots?: readonly string[];
}

/** Amazon changes its certificate about once a year, and only its own are kept. */
const KEPT_MAX = 32;

/**
 * Anyone can make up addresses: no more of them are asked for than this, at once and within a second. The time is short so
 * that beside a flood the one that is genuine, which every receipt names, is soon among those that are asked for.
 */
const RUNNING_MAX = 4;
const ASKED_MAX = 5;
const ASKED_WITHIN_MS = 1000;

/** An address that has nothing is not asked for again so soon. */
const NOTHING_THERE_MS = 600_000;
const NOTHING_THERE_MAX = 1000;

/** Where Amazon's authority says that its own certificates are. [amazontrust.com/repository] */
const ISSUER_URL =
  /^CA Issuers - URI:(http:\/\/crt\.[a-z0-9]{1,20}\.amazontrust\.com\/[a-z0-9]{1,20}\.cer)$/m;

/**
 * Yields the certificates that Amazon SNS signs with: from a path of its host, with a subject among `names`, valid now and
 * issued by a public authority. The issuer's certificate is taken from beside it, or else from where it says. Each is
 * asked for once and kept. `undefined`: there is no such certificate. Rejects with `UnavailableError` if it can't be had
 * at present.
 */
export function createSnsCertificates(
  ask: AskUrl,
  trust: SnsTrust,
  names: readonly string[],
  clock: Clock,
): (url: string) => Promise<X509Certificate | undefined> {
  const kept = new Map<string, X509Certificate>();
  const running = new Map<string, Promise<X509Certificate | undefined>>();
  const nothingThere = new Map<string, number>();
  const mayAsk = createAllowance(clock);
  const judge = createJudge(trust, clock);

  async function load(url: string): Promise<X509Certificate | undefined> {
    const answer = await ask(url);
    if (answer === undefined || answer.status >= 500) {
      throw new UnavailableError('the certificate of Amazon SNS could not be fetched');
    }
    const [leaf, ...between] = (answer.status === 200 && readCertificates(answer.text)) || [];
    const named = leaf !== undefined && names.some((name) => leaf.checkHost(name, { wildcards: false }));
    if (!named || !isValidAt(leaf, clock.nowMs()) || !(await judge(leaf, between))) {
      putBounded(nothingThere, NOTHING_THERE_MAX, url, clock.steadyMs() + NOTHING_THERE_MS);
      return undefined;
    }
    putBounded(kept, KEPT_MAX, url, leaf);
    return leaf;
  }

  return async (url) => {
    const known = kept.get(url);
    if (known !== undefined && isValidAt(known, clock.nowMs())) return known;
    if ((nothingThere.get(url) ?? 0) > clock.steadyMs()) return undefined;
    const loading = running.get(url);
    if (loading !== undefined) return loading;
    if (running.size >= RUNNING_MAX || !mayAsk()) {
      throw new UnavailableError('too many certificates of Amazon SNS are asked for');
    }
    const asked = load(url).finally(() => running.delete(url));
    running.set(url, asked);
    return asked;
  };
}

/** Whether a certificate leads to a public authority. */
function createJudge(
  { askOctets, roots = rootCertificates }: SnsTrust,
  clock: Clock,
): (leaf: X509Certificate, between: readonly X509Certificate[]) => Promise<boolean> {
  const issuers = new Map<string, X509Certificate>();
  let trusted: readonly X509Certificate[] | undefined;
  return async (leaf, between) => {
    trusted ??= roots.map((pem) => new X509Certificate(pem));
    const chain = followChain(leaf, [...between, ...issuers.values()], trusted, clock.nowMs());
    if (chain.kind === 'trusted') return true;
    const [, url] = ISSUER_URL.exec(chain.at.infoAccess ?? '') ?? [];
    if (url === undefined || issuers.has(url)) return false;
    const octets = await askOctets(url);
    if (octets === undefined) {
      throw new UnavailableError(
        `the certificate of the authority of Amazon SNS could not be fetched: ${url}`,
      );
    }
    const issuer = certificateIn(octets);
    if (issuer === undefined) return false;
    if (followChain(leaf, [...between, issuer], trusted, clock.nowMs()).kind === 'broken') return false;
    putBounded(issuers, KEPT_MAX, url, issuer);
    return true;
  };
}

function certificateIn(octets: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(octets);
  } catch {
    return undefined;
  }
}

/** True so often within the time, then false until it is over. */
function createAllowance(clock: Clock): () => boolean {
  let sinceMs = clock.steadyMs();
  let asked = 0;
  return () => {
    const nowMs = clock.steadyMs();
    if (nowMs - sinceMs >= ASKED_WITHIN_MS) {
      sinceMs = nowMs;
      asked = 0;
    }
    asked += 1;
    return asked <= ASKED_MAX;
  };
}

/** The oldest gives way. */
function putBounded<Value>(map: Map<string, Value>, sizeMax: number, key: string, value: Value): void {
  const [oldest] = map.keys();
  if (map.size >= sizeMax && oldest !== undefined) map.delete(oldest);
  map.delete(key);
  map.set(key, value);
}
