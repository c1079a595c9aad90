import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startStandIn } from '../../adapters/gateways/shared/gateway-stand-in.ts';
import { runHere } from '../../support/cli-here.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn, startApplication, TEST_SETTINGS } from '../../support/test-application.ts';
import { gatewayKinds, type Started } from './gateway-kinds.ts';

const publicUrl = 'https://receipts.bank.example';

/** A hundred numbers a kind. */
const numberFor = (kind: number, n: number) => activeNumber(100 * (kind + 1) + n);

/** One server that texts by all kinds, each on a route of its own before one that stands by. */
async function start(t: TestContext) {
  const started = new Map<string, Started>();
  for (const kind of gatewayKinds) started.set(kind.name, await kind.start(t, publicUrl));
  const standby = await startStandIn(t, { status: 200, body: {} });
  const gateways = [...started.values()].map(({ settings }) => settings);
  const last = {
    ...{ kind: 'http', name: 'standby', url: standby.url, accepted: { statuses: [200] } },
    body: '{"text": "{text}", "to": "{to}"}',
  };
  const routes = gatewayKinds.flatMap(({ name }, index) => [
    { prefixes: [numberFor(index, 0).slice(0, -2)], gateways: [name, 'standby'] },
    // From 90 on it is alone.
    { prefixes: [numberFor(index, 90).slice(0, -1)], gateways: [name] },
  ]);
  const log: string[] = [];
  const app = await startApplication({
    settings: {
      ...TEST_SETTINGS,
      'log.level': 'trace',
      // Nothing here is about how long it takes.
      'requests.budgetMs': 4900,
      'sms.gateway': { kind: 'failover', gateways: [...gateways, last], routes },
      receipts: { port: 0, publicUrl },
      // Texts come in any order: the right code may be tried after all the others.
      'codes.attemptsMax': 10,
      'quotas.failedVerificationsPerAccount': { max: 10, windowMs: 86_400_000 },
    },
    overrides: { logDestination: { write: (line: string) => log.push(line) } },
  });
  t.after(() => app.stop());
  return { app, started, standby, log };
}

test('every kind of gateway, through the whole server', async (t) => {
  const { app, started, standby, log } = await start(t);
  const smsMatchingToken = 'AB12345678C';

  for (const [index, { name }] of gatewayKinds.entries()) {
    const gateway = started.get(name) ?? assert.fail();
    const send = async (n: number) => {
      const fields = { accountPhoneNumber: numberFor(index, n), smsMatchingToken };
      return (await app.call('sendOtp', `${name}-${n}`, fields)).body['result'];
    };

    await t.test(`[SO-7] ${name}: of six codes at once none is lost, and one verifies`, async () => {
      await gateway.behave('takes');
      const results = await Promise.all([0, 1, 2, 3, 4, 5].map(send));
      assert.deepEqual(results, Array(6).fill('SUCCESS'));
      const texts = await gateway.texts();
      assert.equal(new Set(texts).size, 6);
      const codes = texts.map(codeIn);
      const verified = await Promise.all(
        codes.map((otp, n) =>
          app.call('verifyOtp', `${name}-${n}-verify`, { sendOtpRequestId: `${name}-0`, otp }),
        ),
      );
      assert.equal(verified.filter(({ body }) => body['result'] === 'SUCCESS').length, 1);
      assert.equal(standby.requests.length, index, 'nobody else was asked');
    });

    await t.test(
      `[OPS-2, OQ-74] ${name}: after a sure no by a code of no list, the next one is asked`,
      async () => {
        await gateway.behave('refuses');
        assert.equal(await send(6), 'SUCCESS');
        assert.equal((await gateway.texts()).length, 7);
        assert.equal(standby.requests.length, index + 1);
        assert.equal(JSON.parse(standby.requests.at(-1)?.body ?? '').to, numberFor(index, 6));
      },
    );

    await t.test(
      `[OQ-28] ${name}: after an unknown outcome nobody else is asked, and a retry has the same code`,
      async () => {
        await gateway.behave('loses');
        assert.equal(await send(7), 'MESSAGE_UNABLE_TO_BE_SENT');
        await gateway.behave('takes');
        assert.equal(await send(7), 'SUCCESS');
        assert.equal(await send(7), 'SUCCESS');
        const texts = (await gateway.texts()).slice(7);
        assert.equal(texts.length, 2);
        assert.equal(texts[0], texts[1]);
        assert.equal(standby.requests.length, index + 1);
      },
    );

    await t.test(
      `[OQ-75] ${name}: what comes too fast is tried once more, where nobody else is left`,
      async () => {
        await gateway.behave('throttles-once');
        const before = (await gateway.texts()).length;
        assert.equal(await send(90), 'SUCCESS');
        const texts = (await gateway.texts()).slice(before);
        assert.deepEqual([texts.length, new Set(texts).size], [2, 1]);
      },
    );

    const { deliver } = gateway;
    if (deliver === undefined) continue;
    await t.test(`[OQ-87] ${name}: its receipt is believed if it proves itself, and recorded`, async () => {
      await gateway.behave('takes');
      assert.equal(await send(8), 'SUCCESS');
      const last = (await gateway.texts()).length - 1;
      const call = async (key?: string) => {
        const receipt = await deliver(last, key);
        if (receipt === undefined) return;
        const { url, headers, body } = receipt;
        assert.ok(url.startsWith(`${publicUrl}/receipts/${name}`), url);
        const at = url.replace(publicUrl, app.receiptsUrl ?? '');
        return (await fetch(at, { method: 'POST', headers, body })).status;
      };
      if (!gateway.inSession) assert.equal(await call('another-key-than-that-of-the-gateway'), 403);
      assert.ok([200, 204, undefined].includes(await call()));
      const recorded = () =>
        log
          .map((line) => JSON.parse(line) as Record<string, unknown>)
          .find(({ gateway: told, outcome }) => told === name && outcome === 'recorded');
      await t.waitFor(() => assert.ok(recorded(), `${name}: nothing recorded`), { timeout: 20_000 });
      assert.equal(recorded()?.['state'], 'delivered');
    });
  }

  await t.test(
    'the record tells of each text by whom it went, and of its receipt, and explain shows it',
    async () => {
      for (const { name } of gatewayKinds.filter(({ name }) => started.get(name)?.deliver)) {
        const text = (await app.application.store.findChallenge(`${name}-8`))?.text;
        assert.deepEqual([text?.gateway, text?.receipt?.state], [name, 'delivered']);
      }
      const data = ['--set', `dataDirectory=${app.dataDirectory}`];
      const { stdout } = await runHere(['explain', 'http-8', ...data]);
      assert.match(stdout, /text to IN by http, delivered after/);
      assert.match(stdout, /accepted, a gateway accepted the text \(http\)/);
    },
  );

  await t.test(
    '[IDEM-13] no part of a number is in the log or the database, though ids were made of them',
    () => {
      const files = readdirSync(app.dataDirectory).filter((file) => file.startsWith('otp.sqlite'));
      const kept = files.map((file) => readFileSync(join(app.dataDirectory, file), 'latin1')).join('');
      for (const index of gatewayKinds.keys()) {
        const digits = numberFor(index, 8).slice(1);
        for (const part of [digits, digits.slice(-8), digits.slice(0, -2)]) {
          assert.ok(!kept.includes(part), `${part} is in the database`);
          assert.ok(!log.join('').includes(part), `${part} is in the log`);
        }
      }
    },
  );
});
