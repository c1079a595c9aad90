import { secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { proxyLogin, serviceUrl } from '../../http-client/link-settings.ts';
import { gatewayName, link, reportVerified, sender, senders, token } from '../shared/common-settings.ts';
import type { GatewayRules } from '../shared/gateway-kind.ts';

const receipts = Type.Object(
  {
    topicArn: Type.String({
      pattern: '^arn:aws(-cn|-us-gov)?:sns:[a-z]{2}(-[a-z]+)+-[0-9]:[0-9]{12}:[A-Za-z0-9_-]{1,256}$',
      accepts: 'the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:sms-events',
      description: 'The topic that receives the events of the configuration set.',
    }),
  },
  { description: 'Delivery reports, through an SNS topic. Absent: none are expected.' },
);

export const settings = Type.Object(
  {
    kind: Type.Literal('aws', { description: 'AWS End User Messaging SMS.' }),
    name: gatewayName('aws'),
    region: Type.String({
      pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]$',
      accepts: 'a region of AWS such as eu-west-1',
      description: 'Region of the sender.',
    }),
    baseUrl: Type.Optional(
      Type.String({
        ...serviceUrl,
        description: 'URL of the API. Absent: the public endpoint of the region.',
      }),
    ),
    accessKeyId: token('Id of an access key with the permission sms-voice:SendTextMessage.'),
    secretAccessKey: secret({ description: 'The secret access key.' }),
    sender: sender('Phone number, sender id or pool; or the id or ARN of one.'),
    senders,
    configurationSet: Type.Optional(token('Configuration set for the events. Absent: none.')),
    receipts: Type.Optional(receipts),
    reportVerified: reportVerified(
      'message feedback; the key needs the permission sms-voice:PutMessageFeedback',
    ),
    ...link,
  },
  { description: 'AWS.' },
);

export type AwsSettings = ValuesOf<typeof settings>;

export const rules: GatewayRules<AwsSettings> = {
  urls: (gateway) => [gateway.baseUrl],
  isCalledBack: (gateway) => gateway.receipts !== undefined,
  between: [proxyLogin],
};
