/**
 * The library: run the server inside your own process, and write your own adapters against the ports.
 *
 *     import { compose, loadConfig } from 'gsp-otp';
 *
 *     const config = loadConfig({ file: 'gsp-otp.yaml', env: process.env });
 *     const application = await compose(config, { directory: myDirectory });
 *     const { methods } = await application.listen();
 *
 *     // Accounts that are kept elsewhere: when one is closed, or its number replaced.
 *     await application.endCodes({ accountId: 'account-17' });
 *
 *     // A handler of associateAccount, capture or createMandate: the code that came with the call.
 *     const otpVerification = { sendOtpRequestId, otp: new Secret(otp, '[code]') };
 *     const consumption = await application.consumeOtp({ purpose: 'associateAccount', requestId, otpVerification });
 */

export type { InboxBehaviour, InboxGateway } from './adapters/gateways/inbox/gateway.ts';
export { ConfigError, type ConfigFault, type Origin } from './config/faults.ts';
export type { ConfigSources } from './config/layers.ts';
export type { AssociateOrder } from './domain/associations/associate.ts';
export type { AssociatedIds } from './domain/associations/sealed-association.ts';
export type { ConsumeOrder } from './domain/consume/consume-order.ts';
export type { Consumption } from './domain/consume/consume-otp.ts';
export type { ExpectedCode } from './domain/consume/expected-code.ts';
export type { CodesOf } from './domain/end-codes.ts';
export type { ConsumeResult } from './domain/outcome.ts';
export type { ErasedPerson, PersonAccount, PersonOf, PersonRecords } from './domain/persons.ts';
export type {
  ExplainedChallenge,
  ExplainedRequest,
  RequestSearch,
  TimelineEntry,
} from './domain/requests.ts';
export type * from './ports/account-directory.ts';
export type { Caller } from './ports/caller.ts';
export type {
  Challenge,
  ChallengeEvent,
  ChallengeState,
  OtpContext,
  SubmittedText,
} from './ports/challenge.ts';
export type { Clock, Deadline } from './ports/clock.ts';
export type * from './ports/delivery-receipt.ts';
export type { Entropy } from './ports/entropy.ts';
export type { MethodName } from './ports/method-name.ts';
export type * from './ports/otp-store.ts';
export type { OpenedBody, PayloadCodec } from './ports/payload-codec.ts';
export { Secret } from './ports/secret.ts';
export type * from './ports/sms-gateway.ts';
export { UnavailableError } from './ports/unavailable.ts';
export { type Config, loadConfig } from './settings/load.ts';
export { type Application, compose, type Overrides } from './wiring/application.ts';
export type { Data, DataOverrides } from './wiring/data.ts';
export type { GatewayOverrides } from './wiring/delivery.ts';
export type { Addresses } from './wiring/listeners.ts';
export type { OwnCalls } from './wiring/own-calls/own-calls.ts';
export type { UseCases } from './wiring/use-cases.ts';
