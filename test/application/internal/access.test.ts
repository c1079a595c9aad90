import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { SIGNATURE_WINDOW_SECONDS } from '../../../src/http/internal/authentication.ts';
import { authorizationOf } from '../../../src/http/internal/signature.ts';
import { OPENAPI_PATH, operations } from '../../../src/methods/internal/operations.ts';
import { SCOPES } from '../../../src/ports/caller.ts';
import {
  type AskOptions,
  HMAC_KEY,
  type InternalUnderTest,
  startInternal,
  TOKEN_OF_ALL,
  tokenOf,
} from './internal-under-test.ts';
import { samples } from './samples.ts';

const nowSeconds = () => Math.floor(Date.now() / 1000);

describe('who may call the internal API', () => {
  let api: InternalUnderTest;
  const closers: (() => unknown)[] = [];
  before(async () => {
    api = await startInternal({ after: (close) => void closers.push(close as () => unknown) });
  });
  after(() => Promise.all(closers.map((close) => close())));

  for (const [name, { scope, method }] of Object.entries(operations)) {
    const { path, ...sample } = samples[name as keyof typeof operations];

    test(`${name} needs the scope ${scope}, and no other one will do`, async () => {
      for (const held of SCOPES) {
        const { status, body } = await api.ask(method, path, { ...sample, token: tokenOf(held) });
        assert.equal(status === 403, held !== scope, `${held}: ${status} ${JSON.stringify(body)}`);
        if (held !== scope) assert.equal(body['type'], 'urn:problem-type:gsp-otp:forbidden');
      }
    });

    test(`${name} is carried out for a token and for a signature`, async () => {
      const byToken = await api.ask(method, path, { ...sample, token: TOKEN_OF_ALL });
      const bySignature = await api.ask(method, path, { ...sample, signedAt: nowSeconds() });
      assert.deepEqual([byToken.status, bySignature.status], [sample.status, sample.status]);
    });

    const refused = (): Readonly<Record<string, AskOptions>> => ({
      'no proof': {},
      'an unknown token': { token: 'x'.repeat(40) },
      'a token that is longer than a known one': { token: `${TOKEN_OF_ALL}x` },
      'a token that is the beginning of a known one': { token: TOKEN_OF_ALL.slice(0, -1) },
      'an empty token': { authorization: 'Bearer ' },
      'another scheme': { authorization: `Basic ${Buffer.from(`all:${TOKEN_OF_ALL}`).toString('base64')}` },
      'a key in the place of a token': { token: HMAC_KEY },
      'a token in the place of a key': { signedAt: nowSeconds(), key: TOKEN_OF_ALL },
      'a signature by nobody who is known': { signedAt: nowSeconds(), signedBy: 'nobody' },
      'a signature in the name of a caller with a token': { signedAt: nowSeconds(), signedBy: 'all' },
      'a signature that is too old': { signedAt: nowSeconds() - SIGNATURE_WINDOW_SECONDS - 60 },
      'a signature that is too new': { signedAt: nowSeconds() + SIGNATURE_WINDOW_SECONDS + 60 },
      'a header that is no signature': { authorization: 'HMAC-SHA256 caller=signer' },
    });
    test(`${name} is refused without proof of who calls`, async () => {
      for (const [what, proof] of Object.entries(refused())) {
        const { status, headers, body } = await api.ask(method, path, { ...sample, ...proof });
        assert.equal(status, 401, what);
        assert.equal(body['type'], 'urn:problem-type:gsp-otp:unauthenticated', what);
        assert.equal(headers.get('www-authenticate'), 'Bearer, HMAC-SHA256', what);
        assert.equal(headers.get('content-type'), 'application/problem+json', what);
      }
    });
  }

  test('a signature holds for one method, path, body and idempotency key', async () => {
    const path = '/internal/v1/code-revocations';
    const timestamp = nowSeconds();
    const signed = { method: 'POST', path, timestamp: String(timestamp), idempotencyKey: 'k' };
    const body = '{"accountId":"acc-1"}';
    const authorization = authorizationOf({ ...signed, body: Buffer.from(body) }, 'signer', HMAC_KEY);
    const headers = { 'idempotency-key': 'k' };
    const statusOf = async (where: string, options: AskOptions) =>
      (await api.ask('POST', where, { authorization, headers, body, ...options })).status;
    assert.equal(await statusOf(path, {}), 200);
    assert.equal(await statusOf(path, { body: '{"accountId":"acc-2"}' }), 401);
    assert.equal(await statusOf(path, { headers: { 'idempotency-key': 'other' } }), 401);
    assert.equal(await statusOf(path, { headers: {} }), 401);
    assert.equal(await statusOf('/internal/v1/request-searches', {}), 401);
    assert.equal(await statusOf(`${path}?a=b`, {}), 401);
  });

  test('who proved nothing is not told which routes there are', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/internal/v1/nothing'],
      ['DELETE', '/internal/v1/code-revocations'],
      ['GET', OPENAPI_PATH],
    ] as const) {
      assert.equal((await api.ask(method, path, {})).status, 401, `${method} ${path}`);
    }
  });

  test('every caller may read the description of the API', async () => {
    const { status, body } = await api.ask('GET', OPENAPI_PATH, { token: tokenOf('erase') });
    assert.deepEqual([status, body['openapi']], [200, '3.1.0']);
  });
});

test('in the sandbox on loopback, without callers, anybody may call; but not by a name that is not of this machine', async (t) => {
  const { ask, url } = await startInternal(t, { settings: { 'internal.callers': [] } });
  const { method, path } = operations.revokeCodes;
  assert.equal((await ask(method, path, { body: { accountId: 'acc-1' } })).status, 200);
  const asked = request(`${url}${path}`, {
    method,
    headers: { host: 'evil.example', 'content-type': 'application/json' },
  });
  asked.end('{"accountId":"acc-1"}');
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const problem = JSON.parse(await text(answer));
  assert.deepEqual([answer.statusCode, problem.type], [421, 'urn:problem-type:gsp-otp:misdirected']);
});
