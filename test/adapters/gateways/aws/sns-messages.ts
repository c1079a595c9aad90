import { createSign } from 'node:crypto';
import { makeCertificate } from '../../../support/test-certificates.ts';
import { exampleNumber } from '../shared/gateway-stand-in.ts';
import { reference } from '../shared/receipt-cases.ts';

/** What Amazon SNS posts, and what signs it. */
export const topicArn = 'arn:aws:sns:eu-west-1:123456789012:sms-events';
export const host = 'https://sns.eu-west-1.amazonaws.com';
export const root = makeCertificate({ name: 'Root', authority: true });
export const authority = makeCertificate({ name: 'Authority', authority: true, issuer: root });
export const amazon = makeCertificate({ kind: 'rsa', name: 'sns.amazonaws.com', issuer: authority });
export const chain = `${amazon.certificate}${authority.certificate}`;
export const stranger = makeCertificate({ kind: 'rsa', name: 'sns.amazonaws.com' });
export const pathOf = (digits: string) => `/SimpleNotificationService-${digits.padStart(32, '0')}.pem`;
export const certUrl = `${host}${pathOf('123abcd')}`;
export const subscribeUrl = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=2336`;

export const eventOf = (eventType: string, more: object = {}) => ({
  eventType,
  eventVersion: '1.0',
  eventTimestamp: Date.now(),
  isFinal: true,
  originationPhoneNumber: '+12065550152',
  destinationPhoneNumber: exampleNumber,
  messageId: '862a8790-60c0-4430-9b2b-658bdexample',
  messageStatus: eventType.replace('TEXT_', ''),
  messageStatusDescription: 'Message has been accepted by phone carrier',
  context: { reference },
  ...more,
});

export const notification = (message: unknown, more: object = {}) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: topicArn,
  Message: typeof message === 'string' ? message : JSON.stringify(message),
  Timestamp: new Date(Date.now()).toISOString(),
  SignatureVersion: '2',
  SigningCertURL: certUrl,
  UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
  ...more,
});

export const confirmation = (more: object = {}) => ({
  ...notification('You have chosen to subscribe to the topic'),
  Type: 'SubscriptionConfirmation',
  Token: '2336412f37',
  SubscribeURL: subscribeUrl,
  UnsubscribeURL: undefined,
  ...more,
});

/** By the scheme as published, written a second time. */
export function signed(message: Readonly<Record<string, unknown>>, key = amazon.key, digest?: string) {
  const names =
    message['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const signer = createSign(digest ?? (message['SignatureVersion'] === '1' ? 'RSA-SHA1' : 'RSA-SHA256'));
  for (const name of names) if (name in message) signer.update(`${name}\n${message[name]}\n`);
  return { ...message, Signature: signer.sign(key, 'base64') };
}
