import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type * as Loading from '../../src/settings/load.ts';
import type * as Wiring from '../../src/wiring/application.ts';
import { type ChangedCopy, changedCopy } from '../support/changed-copy.ts';
import { importTestAccounts } from '../support/test-accounts.ts';
import { callMethod, TEST_SETTINGS } from '../support/test-application.ts';

/** A copy of the sources to which a method `whisper` is added, as CONTRIBUTING says: a name, a row, and what it does. */
function withWhisper(t: TestContext): ChangedCopy {
  const copy = changedCopy(t);
  copy.change('src/ports/method-name.ts', "'echo']", "'echo', 'whisper']");
  copy.change(
    'src/methods/catalog.ts',
    '    echo(body) {',
    `    whisper: (body) => ({
      perform: async ({ requestId, fingerprint, callId }) =>
        recordAnswer(
          store,
          { key: { method: 'whisper', requestId }, fingerprint, owner, nowMs: momentOf(clock).nowMs },
          { answer: { result: 'HEARD', integratorId: callId }, reason: String(body.words) },
        ),
      encode: ({ result, integratorId }) => ({ result, integratorId }),
    }),
    echo(body) {`,
  );
  return copy;
}

test('a fourth method is routed, can be switched off, and is remembered, by its name and its row alone', async (t) => {
  const copy = withWhisper(t);
  const { loadConfig } = await copy.load<typeof Loading>('src/settings/load.ts');
  const { compose } = await copy.load<typeof Wiring>('src/wiring/application.ts');
  const dataDirectory = join(copy.folder, 'data');
  mkdirSync(dataDirectory);
  await importTestAccounts(dataDirectory);

  const served = async (settings: Readonly<Record<string, unknown>>, use: (url: string) => Promise<void>) => {
    const overrides = { ...TEST_SETTINGS, dataDirectory, ...settings };
    const application = await compose(loadConfig({ env: {}, overrides }));
    try {
      await use((await application.listen()).methods);
      const [record] = await application.store.history('w-1');
      assert.equal(record?.method, 'whisper');
    } finally {
      await application.close();
    }
  };

  let first: unknown;
  await served({}, async (url) => {
    const answer = await callMethod(url, 'whisper', 'w-1', { words: 'psst' });
    first = answer.body;
    assert.deepEqual([answer.status, answer.body['result']], [200, 'HEARD']);
  });
  // After a restart the row is read back. [IDEM-2, IDEM-6]
  await served({}, async (url) => {
    assert.deepEqual((await callMethod(url, 'whisper', 'w-1', { words: 'psst' })).body, first);
    const other = await callMethod(url, 'whisper', 'w-1', { words: 'boo' });
    assert.deepEqual([other.status, other.body['errorResponseCode']], [412, 'IDEMPOTENCY_VIOLATION']);
  });
  await served({ 'http.methods': ['echo'] }, async (url) => {
    assert.equal((await callMethod(url, 'whisper', 'w-1', { words: 'psst' })).status, 501);
  });
  assert.throws(
    () => loadConfig({ env: {}, overrides: { ...TEST_SETTINGS, 'http.basePaths': ['/v1/whisper'] } }),
    /http\.basePaths/,
  );
});
