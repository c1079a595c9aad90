/**
 * What every adapter must do, a suite a port, for adapters of one's own. Each registers tests with `node:test`:
 *
 *     import { accountDirectoryContract } from 'gsp-otp/contracts';
 *
 *     accountDirectoryContract('customer database', (accounts, t) => openTestDatabaseWith(accounts));
 *
 * then `node --test my-directory.test.ts`.
 */
export { accountDirectoryContract } from './directory/account-directory.ts';
export type { DirectoryFactory, KnownAccount } from './directory/directory-factory.ts';
export { otpStoreContract } from './otp-store.ts';
export { type CodecPair, payloadCodecContract } from './payload-codec.ts';
export {
  type Behaviour,
  type GatewayFactory,
  type GatewayUnderTest,
  smsGatewayContract,
} from './sms-gateway.ts';
export type { StoreFactory, StoreUnderTest } from './store-factory.ts';
