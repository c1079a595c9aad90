/* What must not compile. */
import {
  type Account,
  type AccountStatus,
  type CodesOf,
  type Config,
  type Delivery,
  type OtpStore,
  Secret,
  type SmsGateway,
} from 'gsp-otp';

export const open: Account = {
  accountId: 'a',
  status: 'active',
  // @ts-expect-error: a number is no secret by itself, so that nothing prints it.
  phoneNumber: '+12025550101',
  language: undefined,
};

// @ts-expect-error: of a status that the standard doesn't have.
export const frozen: AccountStatus = 'frozen';

// @ts-expect-error: a refusal says why.
export const mute: Delivery = { kind: 'refused', gateway: 'own', detail: '' };

// @ts-expect-error: an unknown outcome has no reason; it is no refusal.
export const unsure: Delivery = { kind: 'unknown', gateway: 'own', reason: 'gateway-down', detail: '' };

// @ts-expect-error: a gateway is closed at the end.
export const endless: SmsGateway = {
  name: 'own',
  send: async () => ({ kind: 'unknown', gateway: 'own', detail: '' }),
};

// @ts-expect-error: what a secret holds is asked for by `reveal` alone.
export const printed: string = new Secret('a');

// @ts-expect-error: the settings of a configuration come from `loadConfig`, and are not changed afterwards.
export const changed = (config: Config) => (config.dataDirectory = 'elsewhere');

// @ts-expect-error: codes are ended of an account or of a number.
export const nobody: CodesOf = {};

// @ts-expect-error: a store that lacks a step is none.
export const half: OtpStore = { recall: async () => undefined, close: async () => {} };
