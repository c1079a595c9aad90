import { sayHello, type TlsVersion } from './client-hello.ts';
import {
  brokenSuites,
  namedSuites,
  otherSuites,
  type Suites,
  staticKeySuites,
  suiteName,
  weakSuites,
} from './suites.ts';

/** What a server negotiates; suites are those of TLS 1.2, under OpenSSL's names. */
export interface Negotiated {
  /** Versions before TLS 1.2. SSL 3.0 is not tried. */
  readonly olderVersions: readonly string[];
  /** Those that the protocol names. [TLS-2] */
  readonly named: readonly string[];
  /** Those that can be broken or are found weak. */
  readonly weak: readonly string[];
  readonly others: readonly string[];
}

type Address = Pick<Parameters<typeof sayHello>[0], 'host' | 'port' | 'timeoutMs'>;

/** Offers a server older versions, and each suite. `timeoutMs` bounds each offer; what is not answered by then counts as refused. */
export async function negotiate(address: Address): Promise<Negotiated> {
  const older: readonly TlsVersion[] = ['TLS 1.0', 'TLS 1.1'];
  const any = { ...namedSuites, ...otherSuites, ...staticKeySuites, ...weakSuites };
  const accepted = await Promise.all(
    older.map(async (version) =>
      (await offer(address, version, Object.values(any))) === undefined ? [] : version,
    ),
  );
  return {
    olderVersions: accepted.flat(),
    named: await eachAccepted(address, namedSuites),
    weak: await allAccepted(address, { ...brokenSuites, ...weakSuites }),
    others: await allAccepted(address, { ...staticKeySuites, ...otherSuites }),
  };
}

/** Each offered by itself, so in their own order. */
async function eachAccepted(address: Address, suites: Suites): Promise<readonly string[]> {
  const names = Object.entries(suites).map(async ([name, number]) =>
    (await offer(address, 'TLS 1.2', [number])) === undefined ? [] : name,
  );
  return (await Promise.all(names)).flat();
}

/** All are offered, then all but the one that the server took, and so on: of many it takes few. */
async function allAccepted(address: Address, suites: Suites): Promise<readonly string[]> {
  const left = new Set(Object.values(suites));
  const accepted: string[] = [];
  while (left.size > 0) {
    const suite = await offer(address, 'TLS 1.2', [...left]);
    if (suite === undefined || !left.delete(suite)) break;
    accepted.push(suiteName(suite));
  }
  return accepted;
}

/** The suite that the server took; `undefined`: none. */
async function offer(
  address: Address,
  version: TlsVersion,
  suites: readonly number[],
): Promise<number | undefined> {
  const answer = await sayHello({ ...address, version, suites });
  return answer.kind === 'accepted' ? answer.suite : undefined;
}
