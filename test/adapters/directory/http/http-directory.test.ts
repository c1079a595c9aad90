import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Check } from 'typebox/schema';
import { schemas } from '../../../../src/adapters/directory/http/contract.ts';
import { openDirectory } from '../../../../src/adapters/directory/http/http-directory.ts';
import type { HttpDirectorySettings } from '../../../../src/adapters/directory/http/settings.ts';
import { createSystemClock } from '../../../../src/adapters/system/system-clock.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { deadlineIn } from '../../../contracts/directory/directory-factory.ts';
import { makeCertificate } from '../../../support/test-certificates.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { until } from '../../../support/until.ts';
import { type StandInAnswer, startStandIn } from '../../gateways/shared/gateway-stand-in.ts';
import { settingsFor, TOKEN } from './directory-under-test.ts';

const soon = deadlineIn(5000);
const answer = { status: 200, body: { accounts: [] } };

function open(
  t: TestContext,
  url: string,
  settings: Partial<HttpDirectorySettings> = {},
  clock: Clock = createSystemClock(),
) {
  const { directory } = openDirectory(settingsFor(url, settings), 'serve', clock);
  t.after(() => directory.close());
  return directory;
}

test('what is asked is as the contract says, with the token and in the body alone', async (t) => {
  const { url, requests } = await startStandIn(t, answer);
  const directory = open(t, `${url}/gsp`);
  await directory.findByPhoneNumber(new Secret('+14035550123'), soon);
  await directory.findByAssociationId('as-1', soon);
  await directory.findByAccountId('wallet-1', soon);
  const asked = [
    { by: 'phoneNumber', value: '+14035550123' },
    { by: 'associationId', value: 'as-1' },
    { by: 'accountId', value: 'wallet-1' },
  ];
  assert.deepEqual(
    requests.map(({ body }) => JSON.parse(body)),
    asked,
  );
  for (const { method, path, headers, body } of requests) {
    assert.deepEqual([method, path], ['POST', '/gsp/lookup']);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers.authorization, `Bearer ${TOKEN}`);
    assert.equal(headers['webhook-signature'], undefined);
    assert.ok(Check(schemas.LookUp, JSON.parse(body)));
  }
});

test('new associations are told only to a service that keeps them, as the contract says', async (t) => {
  const service = await startStandIn(t, { status: 200, body: { result: 'associated' } });
  assert.equal(open(t, service.url).associations, undefined);
  const { associations } = open(t, service.url, { ownsAssociations: true });
  const association = { accountId: 'wallet-1', associationId: 'as-1', attempt: 'request-1' };
  assert.equal(await associations?.associate(association, soon), 'associated');
  service.answer = { status: 200, body: { result: 'dissociated' } };
  assert.equal(await associations?.dissociate('as-1', soon), 'dissociated');
  const [associated, dissociated] = service.requests.map(({ path, body }) => ({
    path,
    body: JSON.parse(body),
  }));
  assert.deepEqual(associated, { path: '/associate', body: association });
  assert.deepEqual(dissociated, { path: '/dissociate', body: { associationId: 'as-1' } });
  assert.ok(
    Check(schemas.NewAssociation, associated?.body) && Check(schemas.Dissociation, dissociated?.body),
  );
  const settings = settingsFor(service.url, { ownsAssociations: true });
  const { directory } = openDirectory(settings, 'read', createSystemClock());
  assert.equal(directory.associations, undefined);
});

test('requests are signed as Standard Webhooks has it, each with an id of its own', async (t) => {
  const { url, requests } = await startStandIn(t, answer);
  const key = Buffer.alloc(32, 7);
  const signingKey = new Secret(`whsec_${key.toString('base64')}`);
  const clock = new TestClock();
  const directory = open(t, url, { signingKey }, clock);
  await directory.findByAssociationId('as-1', soon);
  await directory.findByAssociationId('as-1', soon);
  const ids = requests.map(({ headers, body }) => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
    assert.equal(timestamp, String(Math.floor(clock.nowMs() / 1000)));
    const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    assert.equal(signature, `v1,${digest}`);
    return id;
  });
  assert.equal(new Set(ids).size, 2);
});

test('a service of a private authority that wants a client certificate is shown ours', async (t) => {
  const authority = makeCertificate({ name: 'authority' });
  const { certificate, key } = makeCertificate({ issuer: authority });
  const client = makeCertificate({ issuer: authority, name: 'client' });
  const tls = { cert: certificate, key, ca: authority.certificate, requestCert: true };
  const { url } = await startStandIn(t, answer, tls);
  const tlsCa = new Secret(authority.certificate);
  const clientCertificate = { certificate: new Secret(client.certificate), key: new Secret(client.key) };
  await open(t, url, { tlsCa, clientCertificate }).check(soon);
  await assert.rejects(open(t, url, { tlsCa }).check(soon), /can't be reached: ERR_SSL_.*ALERT/);
  await assert.rejects(
    open(t, url, { clientCertificate }).check(soon),
    /can't be reached: (UNABLE_TO_VERIFY|SELF_SIGNED)/,
  );
});

for (const broken of [
  'cut-before-headers',
  'cut-after-headers',
  'reset-before-headers',
  'reset-after-headers',
] as const) {
  test(`a question whose connection broke (${broken}) is asked once more, and not a third time`, async (t) => {
    let failures = 1;
    const script = (): StandInAnswer => (failures-- > 0 ? broken : answer);
    const service = await startStandIn(t);
    service.answer = script;
    const directory = open(t, service.url);
    assert.equal(await directory.findByAccountId('wallet-1', soon), undefined);
    assert.equal(service.requests.length, 2);
    failures = 2;
    await assert.rejects(directory.findByAccountId('wallet-1', soon), /gave no whole answer/);
    assert.equal(service.requests.length, 4);
  });
}

test('what was answered is not asked again, whatever the answer', async (t) => {
  const { url, requests } = await startStandIn(t, { status: 503, body: '' });
  await assert.rejects(open(t, url).findByAccountId('wallet-1', soon), /answered 503/);
  assert.equal(requests.length, 1);
});

test('[OPS-2] after failures it rests, and one question tries it again', async (t) => {
  const clock = new TestClock();
  const service = await startStandIn(t, { status: 500, body: '' });
  const directory = open(t, service.url, {}, clock);
  const ask = () => directory.findByAccountId('wallet-1', soon);
  for (let failures = 0; failures < 5; failures += 1) await assert.rejects(ask(), /answered 500/);
  await assert.rejects(
    ask(),
    /^UnavailableError: the account directory rests after failures, and was not asked$/,
  );
  await assert.rejects(directory.check(soon), /rests after failures/);
  assert.equal(service.requests.length, 5);
  service.answer = answer;
  clock.pass(5000);
  await ask();
  await directory.check(soon);
});

test('what is wrong with one account makes it rest for nobody', async (t) => {
  const { url, requests } = await startStandIn(t, {
    status: 200,
    body: { accounts: [{ accountId: 'w', status: 'x' }] },
  });
  const directory = open(t, url);
  for (let questions = 0; questions < 20; questions += 1)
    await assert.rejects(directory.findByAccountId('w', soon), /a wrong accounts.0.status/);
  assert.equal(requests.length, 20);
});

test('so many questions as there are connections are asked at a time; the others wait, until their deadline', async (t) => {
  let atOnce = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const server = createServer((_, response) => {
    most = Math.max(most, ++atOnce);
    waiting.push(() => {
      atOnce -= 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"accounts":[]}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const clock = new TestClock();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = open(t, url, { connections: 2 }, clock);
  const asked = Array.from({ length: 6 }, () => directory.findByAccountId('wallet-1', soon));
  for (let answered = 0; answered < 6; answered += 1) {
    await until(() => waiting.length === Math.min(2, 6 - answered));
    waiting.shift()?.();
  }
  await Promise.all(asked);
  assert.equal(most, 2);
  const settled = Promise.allSettled(
    Array.from({ length: 3 }, () => directory.findByAccountId('wallet-1', soon)),
  );
  await until(() => waiting.length === 2);
  clock.pass(1000);
  const reasons = (await settled).map((one) => (one.status === 'rejected' ? one.reason.message : ''));
  assert.deepEqual(reasons, [
    ...Array(2).fill('the account directory gave no whole answer: no answer by the deadline'),
    'the account directory had all 2 connections in use',
  ]);
});

test('[OQ-29, OQ-86] of the accounts of a number those that count come first, and 8 at most, in whatever order they are told', async (t) => {
  const phoneNumber = '+14035550123';
  const accounts = Array.from({ length: 20 }, (_, index) => ({
    accountId: `closed-${index}`,
    status: 'closed',
    phoneNumber,
  }));
  const live = [
    { accountId: 'a', status: 'not-eligible', phoneNumber },
    { accountId: 'b', status: 'active', phoneNumber },
    { accountId: 'c', status: 'active', phoneNumber, preferred: true },
  ];
  const { url } = await startStandIn(t, { status: 200, body: { accounts: [...accounts, ...live] } });
  const found = await open(t, url).findByPhoneNumber(new Secret(phoneNumber), soon);
  assert.deepEqual(
    found.slice(0, 3).map(({ accountId }) => accountId),
    ['c', 'b', 'a'],
  );
  assert.equal(found.length, 8);
});

test('a number that is none, and an id that nobody can have, are not asked for', async (t) => {
  const { url, requests } = await startStandIn(t, 'cut-before-headers');
  const directory = open(t, url, { ownsAssociations: true });
  assert.deepEqual(await directory.findByPhoneNumber(new Secret('14035550123'), soon), []);
  for (const id of ['', '\uD83D', 'x'.repeat(1025)]) {
    assert.equal(await directory.findByAssociationId(id, soon), undefined);
    assert.equal(await directory.findByAccountId(id, soon), undefined);
  }
  assert.equal(requests.length, 0);
});

test('a service that knows somebody by a number that nobody has is not ready', async (t) => {
  const somebody = { accountId: 'w', status: 'active', phoneNumber: '+999000000000000' };
  const { url } = await startStandIn(t, { status: 200, body: { accounts: [somebody] } });
  await assert.rejects(open(t, url).check(soon), /knows somebody by a number that nobody has/);
});
