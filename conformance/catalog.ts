import type { Check } from './check.ts';
import { echoChecks } from './scenarios/echo.ts';
import { envelopeChecks } from './scenarios/envelope.ts';
import { idempotencyChecks } from './scenarios/idempotency.ts';
import { latencyChecks } from './scenarios/latency.ts';
import { sealingChecks } from './scenarios/sealing.ts';
import { sendOtpChecks } from './scenarios/send-otp.ts';
import { transportChecks } from './scenarios/transport.ts';
import { verifyOtpChecks } from './scenarios/verify-otp.ts';

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
