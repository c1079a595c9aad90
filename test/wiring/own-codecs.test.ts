import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainCodec } from '../../src/codecs/plain.ts';
import type { PayloadCodec } from '../../src/ports/payload-codec.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';

const fail = () => {
  throw new RangeError('a codec that fails');
};

for (const [what, wrong, told, texts] of [
  ['seals to a text', { seal: async () => '{}' }, 'sealed to something that is no Uint8Array', 1],
  ['seals to nothing', { seal: async () => undefined }, 'sealed to something that is no Uint8Array', 1],
  ['fails before it seals', { seal: fail }, 'a codec that fails', 1],
  ['opens to a text', { open: async () => ({ kind: 'opened', payload: '{}' }) }, 'opened to something', 0],
  ['opens to nothing', { open: async () => undefined }, 'TypeError', 0],
  ['opens to a kind that there is not', { open: async () => ({ kind: 'open' }) }, 'told no OpenedBody', 0],
  ['fails when it is asked for room', { hasRoom: fail }, 'a codec that fails', 0],
] as const) {
  test(`a codec of one's own that ${what} is 500, told in the log, and sends one text at most`, async (t) => {
    const log: string[] = [];
    const codec = { ...plainCodec, keyless: false, ...wrong } as unknown as PayloadCodec;
    const app = await startApplication({
      settings: { 'log.level': 'info' },
      overrides: { codecs: [codec], logDestination: { write: (line: string) => void log.push(line) } },
    });
    t.after(() => app.stop());
    for (let tries = 0; tries < 2; tries += 1) {
      const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };
      const { status, body } = await app.call('sendOtp', 'own-1', fields);
      // What can be sealed says which call it was, and no more. [ERR-8]
      assert.equal(status, 500);
      if ('open' in wrong)
        assert.deepEqual(Object.keys(body).sort(), ['paymentIntegratorErrorIdentifier', 'responseHeader']);
      else assert.deepEqual(body, {});
    }
    assert.equal(app.application.inbox?.texts(9).length, texts);
    const lines = log.filter((line) => line.includes('"fault"') || line.includes('"level":"fatal"'));
    assert.ok(lines.length === 2 && lines.every((line) => line.includes(told)), log.join(''));
  });
}
