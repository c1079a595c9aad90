import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHttpGateway } from '../../../../src/adapters/gateways/shared/http-gateway.ts';
import { assertDiscreet, deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { exampleMessage } from './gateway-stand-in.ts';

test('[OQ-28] a text of which no request can be made was not sent, and the cause is told', async () => {
  const gateway = createHttpGateway({
    name: 'first',
    link: {},
    urls: [],
    // Half a character.
    write: ({ to }) => ({
      verb: 'GET',
      url: `http://127.0.0.1/${to.reveal()}${encodeURIComponent('\ud83d')}`,
      headers: {},
      body: undefined,
    }),
    read: () => assert.fail('an answer came'),
  });
  const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
  assertDiscreet(delivery, { secrets: [] });
  assert.deepEqual(delivery, {
    kind: 'refused',
    gateway: 'first',
    reason: 'gateway-down',
    detail: 'not sent, URIError while writing it',
  });
});
