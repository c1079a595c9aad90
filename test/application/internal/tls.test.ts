import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type Agent, Agent as HttpsAgent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createInternalClient } from '../../../src/http/internal/client.ts';
import { loadConfig } from '../../../src/settings/load.ts';
import { TEST_SETTINGS } from '../../support/test-application.ts';
import { makeCertificate, makeRevocationList } from '../../support/test-certificates.ts';
import { CALLERS, startInternal, TOKEN_OF_ALL } from './internal-under-test.ts';

const authority = makeCertificate({ name: 'authority' });
const server = makeCertificate({ issuer: authority });
const client = (name: string, issuer = authority) => makeCertificate({ name, issuer });
const [core, desk, stranger, other] = [
  client('core'),
  client('desk'),
  client('stranger'),
  client('core', makeCertificate({ name: 'other authority' })),
];
const value = (pem: string) => ({ value: pem });

const tls = {
  certificates: [{ certificate: value(server.certificate), key: value(server.key) }],
  clientCertificates: 'required',
  clientCa: value(authority.certificate),
};
const callers = [
  { name: 'core', scopes: ['revoke', 'read'], certificate: 'CN=core' },
  { name: 'desk', scopes: ['read'], certificate: 'CN=desk' },
  ...CALLERS.filter(({ name }) => name === 'all'),
];

async function ask(url: string, agent: Agent | undefined, headers: Readonly<Record<string, string>> = {}) {
  const asked = request(`${url}/internal/v1/code-revocations`, {
    ...{ method: 'POST', agent, ca: authority.certificate },
    headers: { 'content-type': 'application/json', ...headers },
  });
  asked.end('{"accountId":"acc-1"}');
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, body: await text(answer) };
}

test('callers are told apart by their certificates, and each has its own scopes', async (t) => {
  const { url, log } = await startInternal(t, {
    settings: { 'internal.tls': tls, 'internal.callers': callers },
  });
  assert.match(url, /^https:/);
  const as = ({ certificate: cert, key }: { readonly certificate: string; readonly key: string }) => {
    const agent = new HttpsAgent({ cert, key, ca: authority.certificate });
    t.after(() => agent.destroy());
    return agent;
  };
  assert.equal((await ask(url, as(core))).status, 200);
  assert.equal((await ask(url, as(desk))).status, 403);
  assert.equal((await ask(url, as(stranger))).status, 401);
  // A token goes before the certificate of the connection, and a wrong one is not made good by it.
  assert.equal((await ask(url, as(stranger), { authorization: `Bearer ${TOKEN_OF_ALL}` })).status, 200);
  assert.equal((await ask(url, as(core), { authorization: 'Bearer nothing' })).status, 401);
  await assert.rejects(ask(url, as(other)), 'of another authority');
  await assert.rejects(
    ask(url, undefined, { authorization: `Bearer ${TOKEN_OF_ALL}` }),
    'without a certificate',
  );
  await assert.rejects(fetch(url.replace('https:', 'http:')), 'in clear');
  const proofs = log.filter(({ audit }) => audit).map(({ caller, proof }) => `${caller} ${proof}`);
  assert.deepEqual(proofs.slice(0, 2), ['core certificate', 'desk certificate']);
});

test('tokens, certificates and revoked clients are read again by a reload, and open connections obey', async (t) => {
  const settings = { 'internal.tls': tls, 'internal.callers': callers };
  const { url, app } = await startInternal(t, { settings });
  const load = (more: object) =>
    loadConfig({
      env: {},
      overrides: {
        ...{ ...TEST_SETTINGS, dataDirectory: app.dataDirectory, 'internal.port': 0, ...settings },
        ...more,
      },
    });
  const agent = new HttpsAgent({
    cert: core.certificate,
    key: core.key,
    ca: authority.certificate,
    keepAlive: true,
  });
  t.after(() => agent.destroy());
  const bearer = { authorization: `Bearer ${TOKEN_OF_ALL}` };
  assert.deepEqual([(await ask(url, agent)).status, (await ask(url, agent, bearer)).status], [200, 200]);

  const token = 'the-next-token-of-all-0123456789abcdef';
  const replaced = [{ name: 'all', scopes: ['revoke'], token: value(token) }, callers[1]];
  await app.application.reload(load({ 'internal.callers': replaced }));
  assert.equal((await ask(url, agent, bearer)).status, 401);
  assert.equal((await ask(url, agent)).status, 401, 'core is no caller any more');
  assert.equal((await ask(url, agent, { authorization: `Bearer ${token}` })).status, 200);

  const clientCrl = [value(makeRevocationList(authority, { revoked: [core] }))];
  await app.application.reload(load({ 'internal.tls': { ...tls, clientCrl } }));
  await assert.rejects(ask(url, agent), 'its certificate is revoked');

  // Faults leave everything as it was.
  await assert.rejects(app.application.reload(load({ 'internal.tls': { ...tls, clientCa: value('x') } })));
});

test('whether anybody has to prove who he is does not change while the server runs', async (t) => {
  const { url, app, ask: call } = await startInternal(t);
  const open = loadConfig({
    env: {},
    overrides: { ...TEST_SETTINGS, dataDirectory: app.dataDirectory, 'internal.port': 0 },
  });
  await app.application.reload(open);
  assert.equal((await call('GET', '/internal/v1/requests/a', {})).status, 401);
  assert.equal((await call('GET', '/internal/v1/requests/a')).status, 404);
  assert.ok(url);
});

test('the client shows a certificate through a fetch of its user', async (t) => {
  const { url } = await startInternal(t, { settings: { 'internal.tls': tls, 'internal.callers': callers } });
  const agent = new HttpsAgent({ cert: core.certificate, key: core.key, ca: authority.certificate });
  t.after(() => agent.destroy());
  const overHttps: typeof fetch = async (input, init) => {
    const asked = request(String(input), { method: init?.method, agent, headers: init?.headers as never });
    asked.end(init?.body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return new Response(await text(answer), { status: answer.statusCode ?? 0 });
  };
  const internal = createInternalClient({ url, fetch: overHttps });
  assert.deepEqual(await internal.revokeCodes({ accountId: 'acc-1' }), { endedCodes: 0 });
});
