import type { RefusalReason } from './sms-gateway.ts';

/** Every one of them, as settings offer them and as what a gateway tells is compared with. */
export const refusalReasons = [
  'invalid-number',
  'blocked',
  'content',
  'sender-not-allowed',
  'recipient-limit',
  'throttled',
  'quota',
  'credentials',
  'gateway-down',
  'unexplained',
] as const satisfies readonly RefusalReason[];
