import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { operations } from '../../../src/methods/internal/operations.ts';
import { type InternalUnderTest, startInternal, TOKEN_OF_ALL } from './internal-under-test.ts';
import { samples } from './samples.ts';

const withBodies = Object.entries(operations).filter(([, { method }]) => method === 'POST');

describe('what the internal API makes of wrong calls', () => {
  let api: InternalUnderTest;
  const closers: (() => unknown)[] = [];
  before(async () => {
    api = await startInternal({ after: (close) => void closers.push(close as () => unknown) });
  });
  after(() => Promise.all(closers.map((close) => close())));

  const typeOf = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) =>
    String(body['type']).replace('urn:problem-type:gsp-otp:', '');
  const post = async (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    api.ask('POST', path, { token: TOKEN_OF_ALL, body, headers });

  const notJson: Readonly<Record<string, string>> = {
    nothing: '',
    'no JSON': 'accountId=a',
    'JSON that is cut off': '{"accountId":"a"',
    'JSON with something behind it': '{"accountId":"a"} x',
    'a member twice': '{"accountId":"a","accountId":"b"}',
    'a member twice, once escaped': '{"accountId":"a","\\u0061ccountId":"b"}',
    'a byte order mark': '\ufeff{"accountId":"a"}',
    'a lone surrogate': '{"accountId":"\\ud800"}',
    'arrays beyond number': '['.repeat(500),
    'a comment': '{"accountId":"a" /* b */}',
    'a trailing comma': '{"accountId":"a",}',
  };
  for (const [what, body] of Object.entries(notJson)) {
    test(`${what} is invalid-json for every operation with a body`, async () => {
      for (const [name, { path }] of withBodies) {
        const told = await post(path, body, samples[name as keyof typeof samples].headers);
        assert.deepEqual([told.status, typeOf(told)], [400, 'invalid-json'], name);
      }
    });
  }

  test('bare values and lists are no request', async () => {
    for (const [name, { path }] of withBodies) {
      for (const body of ['null', '1', '"accountId"', 'true', '[]', '[{"accountId":"a"}]']) {
        const told = await post(path, body, samples[name as keyof typeof samples].headers);
        assert.deepEqual([told.status, typeOf(told)], [400, 'invalid-request'], `${name} ${body}`);
      }
    }
  });

  const faulty: readonly (readonly [string, object, string])[] = [
    ['/internal/v1/code-revocations', {}, '#'],
    ['/internal/v1/code-revocations', { accountId: 'a', phoneNumber: '+12025550101' }, '#'],
    ['/internal/v1/code-revocations', { accountId: 1 }, '#/accountId'],
    ['/internal/v1/code-revocations', { accountId: null }, '#/accountId'],
    ['/internal/v1/code-revocations', { accountId: '' }, '#/accountId'],
    ['/internal/v1/code-revocations', { accountId: 'a\nb' }, '#/accountId'],
    ['/internal/v1/code-revocations', { accountId: 'a'.repeat(257) }, '#/accountId'],
    ['/internal/v1/code-revocations', { phoneNumber: '2025550101' }, '#/phoneNumber'],
    ['/internal/v1/code-revocations', { phoneNumber: '+0123' }, '#/phoneNumber'],
    ['/internal/v1/code-revocations', { phoneNumber: '+1 202 555 0101' }, '#/phoneNumber'],
    ['/internal/v1/code-revocations', { phoneNumber: ['+12025550101'] }, '#/phoneNumber'],
    ['/internal/v1/request-searches', {}, '#'],
    ['/internal/v1/request-searches', { accountId: 'a', associationId: 'b' }, '#'],
    ['/internal/v1/request-searches', { associationId: {} }, '#/associationId'],
  ];
  test('a member that is missing or wrong is named, and what would be accepted', async () => {
    for (const [path, body, pointer] of faulty) {
      const told = await post(path, JSON.stringify(body));
      assert.deepEqual([told.status, typeOf(told)], [400, 'invalid-request'], JSON.stringify(body));
      const errors = told.body['errors'] as readonly { readonly pointer: string; readonly detail: string }[];
      assert.deepEqual(
        errors.map((error) => error.pointer),
        [pointer],
        JSON.stringify(body),
      );
      assert.match(errors[0]?.detail ?? '', /^must (be|match|have)/);
    }
  });

  test('members that are not known are ignored, whatever they are called', async () => {
    const body = '{"accountId":"a","later":{"a":[1,null]},"__proto__":{"phoneNumber":"+1"},"constructor":1}';
    assert.equal((await post('/internal/v1/code-revocations', body)).status, 200);
  });

  test('another media type is 415, a body that is too long 413, another method 405, another path 404', async () => {
    for (const [name, { path }] of withBodies) {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/jsonx',
        'text/json',
      ]) {
        const told = await post(path, '{"accountId":"a"}', { 'content-type': type });
        assert.deepEqual([told.status, typeOf(told)], [415, 'unsupported-media-type'], `${name} ${type}`);
      }
      const large = await post(path, JSON.stringify({ accountId: 'a', more: 'x'.repeat(17_000) }));
      assert.deepEqual([large.status, typeOf(large)], [413, 'too-large'], name);
    }
    for (const { path, method } of Object.values(operations)) {
      for (const other of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].filter(
        (one) => one !== method,
      )) {
        const told = await api.ask(other, path.replace('{requestId}', 'a'));
        assert.deepEqual([told.status, typeOf(told)], [405, 'method-not-allowed'], `${other} ${path}`);
        assert.equal(told.headers.get('allow'), method);
      }
    }
    for (const path of ['/', '/internal', '/internal/v1', '/v1/sendOtp', '/metrics']) {
      const told = await api.ask('GET', path);
      assert.deepEqual([told.status, typeOf(told)], [404, 'not-found'], path);
    }
  });

  test('a request id that is none is named', async () => {
    for (const id of ['a%20b', '%2B12025550101', 'a.b', '%00']) {
      const told = await api.ask('GET', `/internal/v1/requests/${id}`);
      assert.deepEqual([told.status, typeOf(told)], [400, 'invalid-request'], id);
    }
    assert.equal((await api.ask('GET', `/internal/v1/requests/${'a'.repeat(101)}`)).status, 404);
  });

  test('what is no HTTP, or can be read in two ways, gets a status and nothing else', async () => {
    const { hostname, port } = new URL(api.url);
    const path = '/internal/v1/code-revocations';
    const head = `POST ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${TOKEN_OF_ALL}\r\ncontent-type: application/json\r\n`;
    for (const raw of [
      '\x16\x03\x01 hello\r\n\r\n',
      `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`,
      `${head}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}`,
      `${head}host: b\r\ncontent-length: 2\r\n\r\n{}`,
    ]) {
      const socket = connect(Number(port), hostname, () => socket.end(raw));
      const answer = await text(socket).catch(() => '');
      assert.match(answer, /^HTTP\/1\.1 400 /, raw);
      assert.ok(answer.endsWith('\r\n\r\n'), answer);
    }
  });
});
