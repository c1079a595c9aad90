import type { Check } from './check.ts';
import { echoChecks } from './echo.ts';
import { envelopeChecks } from './envelope/envelope.ts';
import { idempotencyChecks } from './idempotency/idempotency.ts';
import { latencyChecks } from './latency.ts';
import { sealingChecks } from './sealing/sealing.ts';
import { sendOtpChecks } from './send-otp/send-otp.ts';
import { transportChecks } from './transport/transport.ts';
import { verifyOtpChecks } from './verify-otp.ts';

/** Every check there is, in the order of reports. */
export const catalog: readonly Check[] = [
  ...envelopeChecks,
  ...echoChecks,
  ...sendOtpChecks,
  ...verifyOtpChecks,
  ...idempotencyChecks,
  ...sealingChecks,
  ...transportChecks,
  ...latencyChecks,
];
