import type { MethodName } from '../method-name.ts';

/**
 * A call of Google's that takes a code as OtpVerification, and that the integrator serves elsewhere; `other`: any that has no
 * rule of its own. [OV-1, OV-3]
 */
export type CodePurpose = 'associateAccount' | 'capture' | 'createMandate' | 'other';

/** What a code was used by: `verifyOtp`, or a consumption for that purpose. */
export type CodeUse = 'verifyOtp' | CodePurpose;

/**
 * What a consumption is recorded under: its purpose and, where the request id says which one it is only together with the
 * payment integrator account id, that id. [HDR-2, IDEM-9]
 */
export type ConsumeMethod = `consume:${CodePurpose}` | `consume:${CodePurpose}:${string}`;

/** What a request is recorded under. */
export type RecordedMethod = MethodName | ConsumeMethod;
