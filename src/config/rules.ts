import type { Settings } from './settings.ts';

/** A rule between several settings. */
export interface SettingsRule {
  /** The setting that is reported first; the rule is skipped if one of them is faulty by itself. */
  readonly about: readonly [string, ...string[]];
  readonly broken: (settings: Settings) => boolean;
  readonly reason: (settings: Settings) => string;
  readonly accepted: string;
}

export const rules: readonly SettingsRule[] = [
  {
    about: ['requests.twinWaitMs', 'requests.budgetMs'],
    broken: ({ requests }) => requests.twinWaitMs > requests.budgetMs,
    reason: ({ requests }) =>
      `waits ${requests.twinWaitMs} ms within a budget (requests.budgetMs) of ${requests.budgetMs} ms`,
    accepted: 'at most requests.budgetMs',
  },
  {
    // A lease must outlive its holder's work, or two servers send two texts. [IDEM-11]
    about: ['requests.leaseMs', 'requests.budgetMs'],
    broken: ({ requests }) => requests.leaseMs < 2 * requests.budgetMs,
    reason: ({ requests }) =>
      `${requests.leaseMs} ms may end while the request is still at work (requests.budgetMs is ${requests.budgetMs} ms)`,
    accepted: 'at least twice requests.budgetMs',
  },
  {
    about: ['http.headersTimeoutMs', 'http.requestTimeoutMs'],
    broken: ({ http }) => http.headersTimeoutMs > http.requestTimeoutMs,
    reason: () => 'is longer than http.requestTimeoutMs, which contains it',
    accepted: 'at most http.requestTimeoutMs',
  },
  {
    about: ['operator.port', 'http.port', 'operator.host', 'http.host'],
    broken: ({ http, operator }) =>
      http.port === operator.port && http.port !== 0 && http.host === operator.host,
    reason: ({ http }) => `${http.port} is taken by http.port on the same host`,
    accepted: 'another port: operator routes never share one with the methods',
  },
  {
    about: ['codes.secrets'],
    broken: ({ codes }) => new Set(codes.secrets.map(({ id }) => id)).size < codes.secrets.length,
    reason: () => 'two secrets have the same id',
    accepted: 'an id of its own for each',
  },
  {
    about: ['quotas.sendsPerCountry', 'phoneNumbers.allowedCountries'],
    broken: (settings) => unreachableCountries(settings).length > 0,
    reason: (settings) =>
      `limits ${unreachableCountries(settings).join(', ')}, which phoneNumbers.allowedCountries leaves out`,
    accepted: 'countries that texts are sent to',
  },
];

/** What is good only for trying out. */
export const productionRules: readonly SettingsRule[] = [
  {
    about: ['payload.kind'],
    broken: ({ payload }) => payload.kind === 'plain',
    reason: () => 'plain sends and takes bodies that are neither encrypted nor signed [ENC-1]',
    accepted: 'in production, a kind that encrypts and signs',
  },
  {
    about: ['sms.gateway.kind'],
    broken: ({ sms }) => sms.gateway.kind === 'inbox',
    reason: () => 'inbox delivers nothing to any phone, and shows every code to the operator',
    accepted: 'in production, a gateway that delivers',
  },
];

function unreachableCountries({ quotas, phoneNumbers }: Settings): readonly string[] {
  const allowed: readonly string[] = phoneNumbers.allowedCountries;
  if (allowed.length === 0) return [];
  return Object.keys(quotas.sendsPerCountry ?? {}).filter(
    (country) => country !== 'default' && !allowed.includes(country),
  );
}
