import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { AccountDirectory } from '../../../src/ports/account-directory.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { requestOf, sendSealed } from '../../support/sealed-google.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { startApplication, type TestApplication } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';
import { type GoogleCodec, makeKey, sealingSettings, startGoogleCodec } from '../../support/test-keys.ts';

const down: AccountDirectory = {
  findByAssociationId: () => Promise.reject(new UnavailableError('down')),
  findByAccountId: () => Promise.reject(new UnavailableError('down')),
  findByPhoneNumber: () => Promise.reject(new UnavailableError('down')),
  check: async () => undefined,
  close: async () => undefined,
};

for (const kind of ['pgp', 'jwe'] as const) {
  describe(`which refusals are sealed: ${kind}`, () => {
    let clock: TestClock;
    let app: TestApplication;
    let google: GoogleCodec;
    let stranger: GoogleCodec;

    before(async () => {
      const [ours, theirs, other] = await Promise.all([makeKey(kind), makeKey(kind), makeKey(kind)]);
      clock = new TestClock();
      // Keys count by the second.
      clock.pass(1000);
      const settings = { [`payload.${kind}`]: sealingSettings([ours], [theirs]) };
      app = await startApplication({ settings, overrides: { clock, directory: down } });
      [google, stranger] = await Promise.all([
        startGoogleCodec(kind, theirs, ours),
        startGoogleCodec(kind, other, ours),
      ]);
    });
    after(async () => {
      await Promise.all([google.close(), stranger.close(), app.stop()]);
    });

    /** Status and length of what comes back. */
    function post(body: Uint8Array, agent?: Agent): Promise<[number, number]> {
      return new Promise((resolve, reject) => {
        const options = { method: 'POST', agent, headers: { 'content-type': google.contentType } };
        const asking = request(`${app.methodsUrl}/v1/echo`, options, (answer) => {
          let bytes = 0;
          answer.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
          });
          answer.on('end', () => resolve([answer.statusCode ?? 0, bytes]));
        });
        asking.on('error', reject);
        asking.end(body);
      });
    }

    const echo = (requestId: string) =>
      google.seal(requestOf(requestId, { clientMessage: 'x' }, { requestTimestamp: String(clock.nowMs()) }));

    it('[OQ-7, ERR-2] a 503 has no body: sealing it would take a thread from what can be answered', async () => {
      const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };
      const header = { requestTimestamp: String(clock.nowMs()) };
      const sealed = new Uint8Array(await google.seal(requestOf('down', fields, header)));
      const { status, raw } = await sendSealed(`${app.methodsUrl}/v1/sendOtp`, sealed, google);
      assert.deepEqual([status, raw.length], [503, 0]);
    });

    it('[OQ-7, OQ-60] to strangers, a hundred at once and then ten a second, wherever they connect from', async () => {
      const message = await stranger.seal(requestOf('strange', { clientMessage: 'x' }));
      const answers = [];
      for (let at = 0; at < 110; at += 1) answers.push(await post(message));
      assert.ok(answers.every(([status]) => status === 401));
      assert.deepEqual(
        answers.map(([, bytes]) => bytes > 0),
        [...Array(100).fill(true), ...Array(10).fill(false)],
      );
      clock.pass(100);
      assert.ok((await post(message))[1] > 0);
      assert.equal((await post(message))[1], 0);
    });

    it('[OQ-7, OQ-60] to whoever proved himself all of them, and a repeated message is no proof', async (t) => {
      const open = () => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        t.after(() => agent.destroy());
        return agent;
      };
      const message = await stranger.seal(requestOf('strange', { clientMessage: 'x' }));
      const [genuine, known, other] = [await echo('genuine'), open(), open()];
      assert.equal((await post(genuine, known))[0], 200);
      for (let at = 0; at < 5; at += 1) assert.ok((await post(message, known))[1] > 0);
      assert.equal((await post(genuine, other))[0], 200, 'a repetition is answered');
      assert.equal((await post(message, other))[1], 0);
    });
  });
}
