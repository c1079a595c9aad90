import { secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { proxyLogin } from '../../http-client/link-settings.ts';
import {
  baseUrl,
  gatewayName,
  link,
  longSender,
  reportVerified,
  sender,
  senders,
  token,
} from '../shared/common-settings.ts';
import type { GatewayRules } from '../shared/gateway-kind.ts';

const receipts = Type.Object(
  {
    accountAuthToken: Type.Optional(
      secret({
        description:
          "The account's auth token, which signs the calls. Absent: the same as `authToken`, which is right without `apiKeySid`.",
      }),
    ),
  },
  { description: 'Delivery reports, through status callbacks. Absent: none are expected.' },
);

export const settings = Type.Object(
  {
    kind: Type.Literal('twilio', { description: 'Twilio, Messages API.' }),
    name: gatewayName('twilio'),
    baseUrl: baseUrl('https://api.twilio.com'),
    accountSid: token('Account SID, such as AC0123….'),
    apiKeySid: Type.Optional(
      token('SID of an API key, such as SK0123…. Absent: the account itself authenticates.'),
    ),
    authToken: secret({ description: 'Auth token of the account, or secret of the API key.' }),
    sender: sender('Phone number, alphanumeric sender id, or SID of a messaging service (MG0123…).'),
    receipts: Type.Optional(receipts),
    reportVerified: reportVerified('Message Feedback'),
    senders,
    ...link,
  },
  { description: 'Twilio.' },
);

export type TwilioSettings = ValuesOf<typeof settings>;

export const rules: GatewayRules<TwilioSettings> = {
  urls: ({ baseUrl: url }) => [url],
  isCalledBack: (gateway) => gateway.receipts !== undefined,
  between: [
    proxyLogin,
    {
      fault: (gateway) =>
        gateway.receipts && gateway.apiKeySid !== undefined && !gateway.receipts.accountAuthToken
          ? "has receipts, which Twilio signs with the account's auth token: receipts.accountAuthToken is missing beside apiKeySid"
          : undefined,
      accepted: 'receipts as docs/gateways.md describes them',
    },
  ],
  caution: longSender,
};
