import { verify, type X509Certificate } from 'node:crypto';
import { textAt } from '../shared/verdict.ts';

/** Members in the order in which they are signed, and those that may be absent. */
const SIGNED_MEMBERS = {
  // [docs.aws.amazon.com/sns/latest/dg/http-notification-json.html]
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  // [docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html]
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
  // [docs.aws.amazon.com/sns/latest/dg/http-unsubscribe-confirmation-json.html]
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const;

/** By `SignatureVersion`. [docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html] */
const DIGESTS: Readonly<Record<string, string>> = { 1: 'sha1', 2: 'sha256' };

/** A message of Amazon SNS, complete but not proved to be one. */
export interface SnsMessage {
  readonly type: keyof typeof SIGNED_MEMBERS;
  readonly topicArn: string;
  readonly sentMs: number;
  readonly signingCertUrl: string;
  readonly message: string;
  /** Of a confirmation. */
  readonly subscribeUrl: string | undefined;
  isSignedBy(certificate: X509Certificate): boolean;
}

/** `undefined`: not such a message. */
export function readSnsMessage(body: unknown): SnsMessage | undefined {
  const type = textAt(body, 'Type') ?? '';
  if (!isMessageType(type)) return undefined;
  const topicArn = textAt(body, 'TopicArn');
  const sentMs = Date.parse(textAt(body, 'Timestamp') ?? '');
  const signingCertUrl = textAt(body, 'SigningCertURL');
  const message = textAt(body, 'Message');
  const signature = textAt(body, 'Signature');
  const digest = DIGESTS[textAt(body, 'SignatureVersion') ?? ''];
  const complete = SIGNED_MEMBERS[type].every(
    (name) => name === 'Subject' || textAt(body, name) !== undefined,
  );
  if (!complete || topicArn === undefined || Number.isNaN(sentMs) || signingCertUrl === undefined) {
    return undefined;
  }
  if (message === undefined || signature === undefined || digest === undefined) return undefined;
  const signed = SIGNED_MEMBERS[type]
    .map((name) => [name, textAt(body, name)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}\n${value}\n`);
  return {
    type,
    topicArn,
    sentMs,
    signingCertUrl,
    message,
    subscribeUrl: textAt(body, 'SubscribeURL'),
    isSignedBy: ({ publicKey }) =>
      publicKey.asymmetricKeyType === 'rsa' &&
      verify(digest, Buffer.from(signed.join('')), publicKey, Buffer.from(signature, 'base64')),
  };
}

function isMessageType(type: string): type is SnsMessage['type'] {
  return Object.hasOwn(SIGNED_MEMBERS, type);
}
