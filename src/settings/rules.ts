import { dataRules, productionDataRules } from './data-rules.ts';
import { membersOf } from './gateway-members.ts';
import {
  gatewayRules,
  isCalledBack,
  isClear,
  namesTwice,
  productionGatewayRules,
  routeFaults,
} from './gateway-rules.ts';
import { internalRules, productionInternalRules } from './internal-rules.ts';
import { isLoopback } from './loopback.ts';
import type { Settings } from './settings.ts';
import type { SettingsRule } from './settings-rule.ts';
import { tlsRules } from './tls-rules.ts';

export const rules: readonly SettingsRule[] = [
  {
    about: ['operator.port', 'http.port', 'operator.host', 'http.host'],
    broken: ({ http, operator }) =>
      http.port === operator.port && http.port !== 0 && http.host === operator.host,
    reason: ({ http }) => `${http.port} is taken by http.port on the same host`,
    accepted: 'another port: operator routes never share one with the methods',
  },
  {
    // Their request ids would be one, and so would be their codes and accounts. [IDEM-9]
    about: ['http.basePaths'],
    broken: ({ http }) => pathsOfOneEdition(http.basePaths) !== undefined,
    reason: ({ http }) => `has ${pathsOfOneEdition(http.basePaths)?.join(' and ')}, two paths of one edition`,
    accepted:
      'one path for each edition; another integrator account that shares nothing with this one gets a process and a database of its own',
  },
  {
    about: ['codes.secrets'],
    broken: ({ codes }) => new Set(codes.secrets.map(({ id }) => id)).size < codes.secrets.length,
    reason: () => 'two secrets have the same id',
    accepted: 'an id of its own for each',
  },
  {
    about: ['payload'],
    broken: ({ payload }) => !payload.plain && !payload.pgp && !payload.jwe,
    reason: () => 'names no kind of body to open',
    accepted: 'payload.pgp, payload.jwe or, in the sandbox profile, payload.plain: true',
  },
  ...tlsRules('http.tls', ({ http }) => http.tls),
  ...tlsRules('internal.tls', ({ internal }) => internal?.tls),
  {
    // OpenPGP bodies authenticate the caller by themselves. [TLS-6]
    about: ['http.tls.clientCertificates', 'payload.pgp'],
    broken: ({ http: { tls }, payload }) =>
      tls?.clientCertificates === 'required' && payload.pgp !== undefined,
    reason: () => 'keeps Google out: with OpenPGP bodies it shows no client certificate [TLS-6, OQ-13]',
    accepted: 'off beside payload.pgp',
  },
  {
    // Anyone can make a bare JWE. [TLS-6]
    about: ['payload.jwe.seal', 'http.tls.clientCertificates'],
    broken: ({ http: { tls }, payload: { jwe } }) =>
      jwe?.seal === 'jwe' && tls?.clientCertificates !== 'required',
    reason: () => 'jwe lets anyone call: nothing in such a body says who made it [TLS-6, OQ-13]',
    accepted:
      'jwe+jws; or http.tls.clientCertificates: required with a http.tls.clientCa, and no payload.pgp',
  },
  {
    about: ['http.behindProxy', 'http.tls'],
    broken: ({ http }) => http.behindProxy && http.tls !== undefined,
    reason: () => 'says that a proxy ends TLS, and http.tls that the program does',
    accepted: 'one of the two',
  },
  {
    about: ['quotas.sendsPerCountry', 'phoneNumbers.allowedCountries'],
    broken: (settings) => unreachableCountries(settings).length > 0,
    reason: (settings) =>
      `limits ${unreachableCountries(settings).join(', ')}, which phoneNumbers.allowedCountries leaves out`,
    accepted: 'countries that texts are sent to',
  },
  {
    about: ['sms.gateway'],
    broken: ({ sms }) => namesTwice(sms.gateway),
    reason: () => 'two gateways have the same name',
    accepted: 'a name of its own for each: sms.gateway.gateways[].name',
  },
  ...gatewayRules,
  ...dataRules,
  {
    about: ['receipts.port', 'http.port', 'operator.port', 'receipts.host', 'http.host', 'operator.host'],
    broken: ({ http, operator, receipts }) =>
      receipts !== undefined &&
      receipts.port !== 0 &&
      [http, operator].some(({ host, port }) => port === receipts.port && host === receipts.host),
    reason: ({ receipts }) => `${receipts?.port} is taken by http.port or operator.port on the same host`,
    accepted: 'another port: receipts never share one with the methods or the operator routes',
  },
  {
    about: ['internal.port', 'http.port', 'operator.port', 'receipts.port', 'internal.host'],
    broken: ({ http, operator, receipts, internal }) =>
      internal !== undefined &&
      internal.port !== 0 &&
      [http, operator, receipts].some(
        (other) => other?.port === internal.port && other.host === internal.host,
      ),
    reason: ({ internal }) => `${internal?.port} is taken by another listener on the same host`,
    accepted: 'another port: the internal API shares none with anything that Google or gateways call',
  },
  ...internalRules,
  {
    about: ['sms.gateway', 'receipts'],
    broken: ({ sms, receipts }) => !receipts && membersOf(sms.gateway).some(isCalledBack),
    reason: () => 'has receipts, and nothing says where gateways can bring them',
    accepted: 'the group `receipts`, with a receipts.publicUrl',
  },
  {
    about: ['sms.gateway'],
    broken: ({ sms }) => routeFaults(sms.gateway).length > 0,
    reason: ({ sms }) => routeFaults(sms.gateway).join('; '),
    accepted:
      'in sms.gateway.routes, names of its gateways, each prefix once, and one weight for each gateway, not all 0',
  },
];

/** What is good only for trying out. */
export const productionRules: readonly SettingsRule[] = [
  {
    about: ['payload.plain'],
    broken: ({ payload }) => payload.plain === true,
    reason: () => 'lets bodies through that are neither encrypted nor signed [ENC-1]',
    accepted: 'in production, to leave it out',
  },
  {
    about: ['http.tls', 'http.behindProxy'],
    broken: ({ http }) => !http.tls && !http.behindProxy,
    reason: () => 'is missing: the methods would be served over plain HTTP [TLS-5]',
    accepted: 'in production, a certificate; or http.behindProxy: true where a proxy in front ends TLS',
  },
  {
    about: ['operator.host', 'operator.privateNetwork'],
    broken: ({ operator }) => !isLoopback(operator.host) && !operator.privateNetwork,
    reason: ({ operator }) =>
      `${operator.host} is beyond loopback: whoever reaches it reads the metrics, and nothing asks who it is`,
    accepted:
      'in production, an address of loopback such as 127.0.0.1; or operator.privateNetwork: true where only operators reach it',
  },
  {
    about: ['sms.gateway.kind'],
    broken: ({ sms }) => sms.gateway.kind === 'inbox',
    reason: () => 'inbox delivers nothing to any phone, and shows every code to the operator',
    accepted: 'in production, a gateway that delivers',
  },
  {
    about: ['sms.gateway'],
    broken: ({ sms }) => membersOf(sms.gateway).some(isClear),
    reason: () => 'is spoken to over plain HTTP, which shows every code and the credentials on the way',
    accepted:
      'in production, a URL that begins with https://; or privateLink: true where the way to it is private, such as a mesh',
  },
  ...productionGatewayRules,
  ...productionDataRules,
  ...productionInternalRules,
  {
    about: ['receipts.publicUrl'],
    broken: ({ receipts }) => receipts?.publicUrl.startsWith('http://') === true,
    reason: () => 'lets gateways bring receipts over plain HTTP, with the secrets that prove them',
    accepted: 'in production, a URL that begins with https://',
  },
];

/** What may be meant so and mostly isn't. */
export const cautions: readonly {
  readonly applies: (settings: Settings) => boolean;
  readonly text: string;
}[] = [
  {
    applies: ({ operator }) => !isLoopback(operator.host),
    text: 'operator.host: is beyond loopback, and nothing asks who calls: whoever reaches it reads the metrics, and in the sandbox every code. Only operators, probes and scrapers may reach it',
  },
  {
    applies: ({ internal }) => internal?.callers.length === 0,
    text: 'internal.callers: is empty: every program on this machine may use and end codes, and read what became of requests. Production refuses that',
  },
  {
    applies: ({ sms, phoneNumbers }) =>
      sms.gateway.kind !== 'inbox' && sms.dlt === undefined && phoneNumbers.allowedCountries.includes('IN'),
    text: 'sms.dlt: is missing, and phoneNumbers.allowedCountries has IN: operators in India drop local texts without a registered entity and template',
  },
];

function unreachableCountries({ quotas, phoneNumbers }: Settings): readonly string[] {
  const allowed: readonly string[] = phoneNumbers.allowedCountries;
  if (allowed.length === 0) return [];
  return Object.keys(quotas.sendsPerCountry ?? {}).filter(
    (country) => country !== 'default' && !allowed.includes(country),
  );
}

/** Those that end alike, as `/a/v1` and `/b/v1` do. `undefined`: none do. */
function pathsOfOneEdition(basePaths: readonly string[]): readonly string[] | undefined {
  const byEdition = Map.groupBy(basePaths, (path) => path.slice(path.lastIndexOf('/')));
  return [...byEdition.values()].find((paths) => paths.length > 1);
}
