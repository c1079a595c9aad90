import { secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { proxyLogin, serviceUrl } from '../../http-client/link-settings.ts';
import { gatewayName, link, longSender, reportVerified, sender, senders } from '../shared/common-settings.ts';
import type { GatewayRules } from '../shared/gateway-kind.ts';
import { proof } from '../shared/proof-settings.ts';

const receipts = Type.Object({ proof }, { description: 'Delivery reports. Absent: none are expected.' });

export const settings = Type.Object(
  {
    kind: Type.Literal('infobip', { description: 'Infobip, SMS API v3.' }),
    name: gatewayName('infobip'),
    baseUrl: Type.String({
      ...serviceUrl,
      description: "The account's own host, such as https://abc123.api.infobip.com.",
    }),
    apiKey: secret({ description: 'API key.' }),
    sender: sender('Phone number or alphanumeric sender id.'),
    receipts: Type.Optional(receipts),
    reportVerified: reportVerified('conversion tracking'),
    senders,
    ...link,
  },
  { description: 'Infobip.' },
);

export type InfobipSettings = ValuesOf<typeof settings>;

export const rules: GatewayRules<InfobipSettings> = {
  urls: (gateway) => [gateway.baseUrl],
  isCalledBack: (gateway) => gateway.receipts !== undefined,
  between: [proxyLogin],
  caution: longSender,
};
