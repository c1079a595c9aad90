import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { signRequest } from '../../../../src/adapters/gateways/aws/gateway.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { dialectTests } from '../shared/dialect-cases.ts';
import { exampleMessage, exampleNumber, exampleText, startStandIn } from '../shared/gateway-stand-in.ts';
import { openAws } from '../shared/gateways-under-test.ts';

const secretAccessKey = 'aws-secret-key-not-to-be-told';
const settings = {
  name: 'aws',
  region: 'eu-west-1',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: new Secret(secretAccessKey),
  sender: 'Exemplo',
};

/** A row of the table as AWS would put it. */
const exceptionOf = (row: string, status = 400) => {
  const [type, reason] = row.split('/');
  const about = { Message: `Not to ${exampleNumber}` };
  const why = ['DestinationPhoneNumber', 'OriginationIdentity', 'MessageBody'].includes(reason ?? '')
    ? { Reason: 'FIELD_VALIDATION_FAILED', Fields: [{ Name: reason, Message: exampleNumber }] }
    : { Reason: reason };
  return { status, body: { __type: `com.amazonaws.pinpointsmsvoicev2#${type}`, ...about, ...why } };
};

const success = { status: 200, body: { MessageId: '01a2b3c4-d5e6-f708-91a2-b3c4d5e6f708' } };

dialectTests({
  name: 'AWS',
  open: (baseUrl) => openAws({ ...settings, baseUrl }),
  secrets: [secretAccessKey],
  success,
  messageId: '01a2b3c4-d5e6-f708-91a2-b3c4d5e6f708',
  refusals: [
    ['gateway-down', exceptionOf('ServiceUnavailable', 503)],
    ['throttled', { status: 400, body: { __type: 'ThrottlingException:http://internal.amazon.com/' } }],
    ['unexplained', exceptionOf('ValidationException/A_REASON_OF_TOMORROW')],
    ['unexplained', exceptionOf('ConflictException/A_REASON_OF_TOMORROW')],
    ['quota', exceptionOf('ServiceQuotaExceededException/MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT')],
  ],
  unsaid: [exceptionOf('InternalServerException', 500)],
});

test('AWS: the request is the documented one', async (t) => {
  const standIn = await startStandIn(t, success);
  const gateway = openAws({ ...settings, baseUrl: standIn.url, configurationSet: 'otp' });
  await gateway.send({ ...exampleMessage, validityMs: 1500 }, deadlineAfter(5000));
  const [request] = standIn.requests;
  assert.equal(request?.method, 'POST');
  assert.equal(request.path, '/');
  assert.equal(request.headers['x-amz-target'], 'PinpointSMSVoiceV2.SendTextMessage');
  assert.equal(request.headers['content-type'], 'application/x-amz-json-1.0');
  assert.match(
    request.headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/sms-voice\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
  );
  assert.deepEqual(JSON.parse(request.body), {
    DestinationPhoneNumber: exampleNumber,
    OriginationIdentity: 'Exemplo',
    MessageBody: exampleText,
    MessageType: 'TRANSACTIONAL',
    TimeToLive: 5,
    Context: { reference: exampleMessage.reference },
    ConfigurationSetName: 'otp',
  });
});

const suiteTerms = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
  region: 'us-east-1',
  service: 'service',
  nowMs: Date.UTC(2015, 7, 30, 12, 36, 0),
};

const suiteVectors = [
  ['get-vanilla', 'GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', 'POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
] as const;

for (const [vector, verb, signature] of suiteVectors) {
  test(`AWS: the published signature of ${vector} comes out`, async () => {
    const request = { verb, url: 'https://example.amazonaws.com/', headers: {}, body: undefined };
    const { headers } = await signRequest(request, suiteTerms);
    assert.equal(
      headers['authorization'],
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });
}

test('AWS: a body and a header are signed as Signature Version 4 says', async () => {
  const body = '{"a":1}';
  const headers = { 'x-amz-target': 'PinpointSMSVoiceV2.SendTextMessage' };
  const url = 'https://example.amazonaws.com/';
  const signed = await signRequest({ verb: 'POST', url, headers, body }, suiteTerms);
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const names = 'host;x-amz-date;x-amz-target';
  const canonical = `POST\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\nx-amz-target:${headers['x-amz-target']}\n\n${names}\n${hash(body)}`;
  const scope = '20150830/us-east-1/service/aws4_request';
  const key = scope.split('/').reduce<string | Buffer>(mac, `AWS4${suiteTerms.secretAccessKey.reveal()}`);
  const expected = mac(key, `AWS4-HMAC-SHA256\n20150830T123600Z\n${scope}\n${hash(canonical)}`).toString(
    'hex',
  );
  assert.match(signed.headers['authorization'] ?? '', new RegExp(`Signature=${expected}$`));
});
