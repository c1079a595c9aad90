import { echoFaults } from './echo.ts';
import { envelopeFaults } from './envelope.ts';
import type { Faults } from './fault.ts';
import { idempotencyFaults } from './idempotency.ts';
import { latencyFaults } from './latency.ts';
import { sendOtpFaults } from './send-otp.ts';
import { verifyOtpFaults } from './verify-otp.ts';

/** Faults that show without any sealing. */
export const plainFaults: Faults = {
  ...envelopeFaults,
  ...echoFaults,
  ...sendOtpFaults,
  ...verifyOtpFaults,
  ...idempotencyFaults,
  ...latencyFaults,
};
