import { secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { proxyLogin, serviceUrl } from '../../http-client/link-settings.ts';
import {
  baseUrl,
  gatewayName,
  link,
  longSender,
  reportVerified,
  sender,
  senders,
} from '../shared/common-settings.ts';
import type { GatewayRules } from '../shared/gateway-kind.ts';

const receipts = Type.Object(
  {
    signatureSecret: secret({ minLength: 16, description: "The account's signature secret." }),
    signatureMethod: Type.Enum(['sha256', 'sha512'], {
      default: 'sha256',
      description: "The account's signature method: SHA-256 HMAC or SHA-512 HMAC.",
    }),
  },
  { description: 'Delivery reports, signed by the account. Absent: none are expected.' },
);

export const settings = Type.Object(
  {
    kind: Type.Literal('vonage', { description: 'Vonage, SMS API.' }),
    name: gatewayName('vonage'),
    baseUrl: baseUrl('https://rest.nexmo.com'),
    apiKey: secret({ description: 'API key.' }),
    apiSecret: secret({ description: 'API secret.' }),
    sender: sender('Phone number or alphanumeric sender id.'),
    receipts: Type.Optional(receipts),
    reportVerified: reportVerified('Conversion API'),
    conversionUrl: Type.String({
      ...serviceUrl,
      default: 'https://api.nexmo.com',
      description: 'URL of the Conversion API.',
    }),
    senders,
    ...link,
  },
  { description: 'Vonage.' },
);

export type VonageSettings = ValuesOf<typeof settings>;

export const rules: GatewayRules<VonageSettings> = {
  urls: (gateway) => [gateway.baseUrl, gateway.reportVerified ? gateway.conversionUrl : undefined],
  isCalledBack: (gateway) => gateway.receipts !== undefined,
  between: [proxyLogin],
  caution: longSender,
};
