import { receiptSecret } from './phone.ts';

export interface SettingsOrder {
  readonly gatewayUrl: string;
  /** Texts to one number and account, and to the country that has a ceiling. */
  readonly textsPerNumber: number;
  readonly textsPerCountry: number;
}

export const SCHEMA = 'gsp_otp';

const DAY_MS = 86_400_000;

/** The configuration of one node; what is equal for all is written once. */
export function nodeSettings(
  dataDirectory: string,
  hosts: readonly string[],
  { gatewayUrl, textsPerNumber, textsPerCountry }: SettingsOrder,
): object {
  const texts = { max: textsPerNumber, windowMs: DAY_MS };
  return {
    dataDirectory,
    http: { port: 0 },
    operator: { port: 0 },
    receipts: { port: 0, publicUrl: 'https://receipts.bank.example' },
    log: { level: 'warn' },
    store: { kind: 'postgres', hosts, database: 'postgres', schema: SCHEMA, user: 'postgres', tls: false },
    directory: { kind: 'postgres' },
    codes: { secrets: [{ id: 'one', secret: { value: 'secret of all codes, of 32 letters' } }] },
    digests: { secret: { value: 'secret of digests, of 32 letters, too' } },
    quotas: {
      coolDownMs: 0,
      coolDownAfterRefusalMs: 0,
      refusedTexts: { max: 256, windowMs: DAY_MS },
      failedVerificationsPerAccount: { max: 256, windowMs: DAY_MS },
      uncomparedVerificationsPerAccount: { max: 256, windowMs: DAY_MS },
      exhaustionLockMs: 0,
      sendsPerPhoneNumber: texts,
      sendsPerAccount: texts,
      sendsPerCountry: { US: { max: textsPerCountry, windowMs: DAY_MS } },
    },
    sms: {
      gateway: {
        kind: 'http',
        url: gatewayUrl,
        body: '{"to":"{to}","text":"{text}"}',
        accepted: { statuses: [200], messageIdPath: 'id' },
        refused: [{ statuses: [422], reason: 'quota' }],
        receipts: {
          proof: { kind: 'header', header: 'x-secret', secret: { value: receiptSecret } },
          messageIdPath: 'id',
          statePath: 'state',
          delivered: ['delivered'],
          undelivered: ['undelivered'],
        },
      },
    },
  };
}
