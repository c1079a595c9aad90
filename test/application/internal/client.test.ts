import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createInternalClient, InternalApiError } from '../../../src/http/internal/client.ts';
import { OPERATION_NAMES } from '../../../src/methods/internal/operations.ts';
import { HMAC_KEY, startInternal, TOKEN_OF_ALL, tokenOf } from './internal-under-test.ts';

const credentials = [{ token: TOKEN_OF_ALL }, { caller: 'signer', hmacKey: HMAC_KEY }];

test('the client has every operation, and calls it with a token or a signature', async (t) => {
  const { url } = await startInternal(t);
  for (const one of credentials) {
    const client = createInternalClient({ url, credentials: one });
    assert.deepEqual(Object.keys(client).sort(), [...OPERATION_NAMES].sort());
    assert.deepEqual(await client.revokeCodes({ phoneNumber: '+12025550101' }), { endedCodes: 0 });
    assert.deepEqual(await client.searchRequests({ associationId: 'nobody' }), { requests: [] });
    const otpVerification = { sendOtpRequestId: 'nothing', otp: '123456' };
    await assert.rejects(client.consumeOtp('a-1', { purpose: 'createMandate', otpVerification }), {
      status: 404,
    });
    await assert.rejects(client.dissociate('assoc-of-nobody'), { status: 404 });
    const association = { accountId: 'acc-1', associationId: 'assoc-new' };
    assert.deepEqual(await client.associate('a-2', association), { accountId: 'acc-1' });
    await assert.rejects(client.explainRequest('nothing:of-that_id'), { status: 404 });
  }
});

test('a refusal rejects with its problem', async (t) => {
  const { url } = await startInternal(t);
  const client = createInternalClient({ url, credentials: { token: tokenOf('read') } });
  const error = await client.revokeCodes({ accountId: 'a' }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof InternalApiError);
  assert.deepEqual([error.status, error.type], [403, 'urn:problem-type:gsp-otp:forbidden']);
  assert.equal(error.problem?.detail, 'the caller lacks the scope revoke');
  assert.match(error.message, /lacks the scope/);
  const faulty = await client.searchRequests({}).catch((thrown: unknown) => thrown);
  assert.ok(faulty instanceof InternalApiError);
  assert.deepEqual(
    faulty.problem?.errors?.map(({ pointer }) => pointer),
    ['#'],
  );
});

test('a server that does not answer in time, redirects, or answers with a page rejects', {
  timeout: 20_000,
}, async (t) => {
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/redirect'))
      response.writeHead(307, { location: '/internal/v1/elsewhere' }).end();
    else if (request.url?.endsWith('/page'))
      response.writeHead(502, { 'content-type': 'text/html' }).end('<p>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createInternalClient({ url, timeoutMs: 300 });
  await assert.rejects(client.explainRequest('silent'), { name: 'TimeoutError' });
  await assert.rejects(client.explainRequest('redirect'), TypeError);
  await assert.rejects(client.explainRequest('page'), {
    name: 'InternalApiError',
    status: 502,
    type: undefined,
  });
});
