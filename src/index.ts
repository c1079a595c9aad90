/**
 * The library: run the server inside your own process, and write your own adapters against the ports.
 *
 *     import { compose, loadConfig } from 'gsp-otp';
 *
 *     const config = loadConfig({ file: 'gsp-otp.yaml', environment: process.env });
 *     const application = await compose(config, { directory: myDirectory });
 *     const { methods } = await application.listen();
 *
 *     // Accounts that are kept elsewhere: when one is closed, or its number replaced.
 *     await application.endCodes({ accountId: 'account-17' });
 */

export { ConfigError, type ConfigFault } from './config/faults.ts';
export type { ConfigSources } from './config/layers.ts';
export type { CodesOf } from './domain/end-codes.ts';
export type { Account, AccountDirectory, AccountStatus } from './ports/account-directory.ts';
export type { Clock, Deadline } from './ports/clock.ts';
export type { Entropy } from './ports/entropy.ts';
export type { MethodName } from './ports/method-name.ts';
export type * from './ports/otp-store.ts';
export type { OpenedBody, PayloadCodec } from './ports/payload-codec.ts';
export { Secret } from './ports/secret.ts';
export type { Delivery, RefusalReason, SmsGateway, SmsMessage } from './ports/sms-gateway.ts';
export { UnavailableError } from './ports/unavailable.ts';
export { type Config, loadConfig } from './settings/load.ts';
export { type Application, compose, type Overrides } from './wiring/application.ts';
export type { Addresses } from './wiring/listeners.ts';
