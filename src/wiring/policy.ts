import { createSecretKey } from 'node:crypto';
import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import type { OtpPolicy } from '../domain/limits/otp-policy.ts';
import type { RecipientPolicy } from '../domain/recipient.ts';
import { BUDGET } from '../ports/budget.ts';
import type { Config } from '../settings/load.ts';
import type { Settings } from '../settings/settings.ts';

/** The rules of codes and texts, as the settings say. */
export function policyOf(config: Config): OtpPolicy {
  const { codes, quotas, requests, sms } = config;
  const { sendsPerCountry = {}, sendsGlobal, ...limits } = quotas;
  return {
    ...limits,
    codeLength: codes.length,
    validityMs: codes.validityMs,
    attemptsMax: codes.attemptsMax,
    sendsPerCountry: (country = '') => sendsPerCountry[country] ?? sendsPerCountry['default'],
    sendsGlobal,
    moneyGuard: moneyGuardOf(config.moneyGuard),
    closedGuard: closedGuardOf(config),
    ...recipientPolicyOf(config),
    acceptBothIdentifiers: requests.acceptBothIdentifiers,
    retryUnsent: requests.retryUnsent,
    resendUnknown: sms.resendUnknown,
    leaseMs: BUDGET.leaseMs,
  };
}

/** Those of them that tell whom a sendOtp is for. */
export function recipientPolicyOf({ phoneNumbers }: Pick<Config, 'phoneNumbers'>): RecipientPolicy {
  const { allowedCountries, refuseImplausible } = phoneNumbers;
  return { allowedCountries: new Set(allowedCountries), refuseImplausible };
}

function moneyGuardOf({ mode, countryMax = {}, ...budgets }: Config['moneyGuard']): OtpPolicy['moneyGuard'] {
  if (mode === 'off') return undefined;
  return {
    ...budgets,
    enforced: mode === 'enforce',
    countryMax: (country = '') => countryMax[country] ?? countryMax['default'],
  };
}

/** `undefined`: it is off, as in the sandbox, where closed accounts are tried. */
export function closedGuardOf({
  closedGuard,
  profile,
}: Pick<Settings, 'closedGuard' | 'profile'>): OtpPolicy['closedGuard'] {
  const { mode = profile === 'production' ? 'enforce' : 'off', ...policy } = closedGuard;
  return mode === 'off' ? undefined : policy;
}

/** The secrets behind codes and digests. Throws `TypeError` without one for codes, which reading settings excludes. */
export function keysOf({ codes, digests }: Pick<Config, 'codes' | 'digests'>): OtpKeys {
  const [active] = codes.secrets;
  if (active === undefined) throw new TypeError('codes.secrets is empty');
  return {
    codeSecrets: new Map(
      codes.secrets.map(({ id, secret }) => [id, createSecretKey(secret.reveal(), 'utf8')]),
    ),
    activeCodeSecretId: active.id,
    digestKey: createSecretKey(digests.secret.reveal(), 'utf8'),
  };
}
