import { isLoopback } from './loopback.ts';
import type { Settings } from './settings.ts';
import type { SettingsRule } from './settings-rule.ts';

type Caller = NonNullable<Settings['internal']>['callers'][number];

/** What can be wrong with the internal API beyond what a setting by itself tells. */
export const internalRules: readonly SettingsRule[] = [
  {
    about: ['internal.callers'],
    broken: ({ internal }) => internal?.callers.some((caller) => proofsOf(caller).length !== 1) ?? false,
    reason: ({ internal }) => {
      const wrong = internal?.callers.filter((caller) => proofsOf(caller).length !== 1) ?? [];
      return `has ${wrong.map(({ name }) => name).join(', ')} with none or several of token, hmacKey and certificate`;
    },
    accepted: 'exactly one of them in each entry',
  },
  {
    about: ['internal.callers'],
    broken: ({ internal }) => hasTwice(internal?.callers.map(({ token }) => token?.reveal())),
    reason: () => 'has the same token in two entries',
    accepted: 'a token of its own for each: openssl rand -base64 32',
  },
  {
    about: ['internal.callers', 'internal.tls'],
    broken: ({ internal }) =>
      internal?.tls?.clientCertificates !== 'required' &&
      (internal?.callers.some(({ certificate }) => certificate !== undefined) ?? false),
    reason: () => 'names a client certificate, and the listener asks for none',
    accepted: 'internal.tls with clientCertificates: required and a clientCa',
  },
  {
    about: ['internal.callers', 'internal.host'],
    broken: ({ internal }) => internal?.callers.length === 0 && !isLoopback(internal.host),
    reason: ({ internal }) =>
      `is empty, and internal.host ${internal?.host} is beyond loopback: whoever reaches it could use and end codes`,
    accepted: 'callers; or, in the sandbox, an address of loopback such as 127.0.0.1',
  },
  {
    about: ['internal.behindProxy', 'internal.tls'],
    broken: ({ internal }) => internal?.behindProxy === true && internal.tls !== undefined,
    reason: () => 'says that a proxy ends TLS, and internal.tls that the program does',
    accepted: 'one of the two',
  },
];

export const productionInternalRules: readonly SettingsRule[] = [
  {
    about: ['internal.callers'],
    broken: ({ internal }) => internal?.callers.length === 0,
    reason: () => 'is empty: any process of the machine could use and end codes',
    accepted: 'in production, at least one caller',
  },
  {
    about: ['internal.tls', 'internal.behindProxy', 'internal.host'],
    broken: ({ internal }) =>
      internal !== undefined && !internal.tls && !internal.behindProxy && !isLoopback(internal.host),
    reason: () => 'is missing: codes and tokens would come over plain HTTP',
    accepted:
      'in production, a certificate; an address of loopback; or internal.behindProxy: true where a proxy in front ends TLS',
  },
];

function proofsOf({ token, hmacKey, certificate }: Caller): readonly unknown[] {
  return [token, hmacKey, certificate].filter((proof) => proof !== undefined);
}

function hasTwice(values: readonly (string | undefined)[] = []): boolean {
  const given = values.filter((value) => value !== undefined);
  return new Set(given).size < given.length;
}
