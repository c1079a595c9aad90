import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PayloadCodec } from '../../../src/ports/payload-codec.ts';
import { loadConfig } from '../../../src/settings/load.ts';
import { callSealed } from '../../support/sealed-google.ts';
import { TEST_SETTINGS, type TestApplication } from '../../support/test-application.ts';
import { makeKey, sealingSettings, startGoogleCodec, type TestKey } from '../../support/test-keys.ts';
import { amongNodes, sharedStore } from './nodes-under-test.ts';

for (const kind of ['pgp', 'jwe'] as const) {
  test(`[ENC-2] our ${kind} key is rotated one server after the other, and every body is opened everywhere`, async (t) => {
    const { start, settings, dataDirectory } = await sharedStore(t);
    const [google, old, next] = await Promise.all([makeKey(kind), makeKey(kind), makeKey(kind)]);
    const keys = (ours: readonly TestKey[], retired: readonly TestKey[] = []) => ({
      'cryptography.threads': 1,
      [`payload.${kind}`]: sealingSettings(ours, [google], retired),
    });
    const [one, other] = [await start({ settings: keys([old]) }), await start({ settings: keys([old]) })];
    const codecs = await Promise.all([old, next].map((ours) => startGoogleCodec(kind, google, ours)));
    t.after(() => Promise.all(codecs.map((codec) => codec.close())));
    const [toOld, toNext] = codecs;
    assert.ok(toOld && toNext);
    let calls = 0;
    const opened = async (codec: PayloadCodec, ...apps: readonly TestApplication[]) => {
      for (const { methodsUrl } of apps) {
        const { status } = await callSealed(methodsUrl, codec, 'echo', `echo-${calls++}`, {
          clientMessage: 'x',
        });
        assert.equal(status, 200);
      }
    };
    const reload = (app: TestApplication, ...of: Parameters<typeof keys>) => {
      const overrides = { ...TEST_SETTINGS, ...settings, dataDirectory, ...keys(...of) };
      return app.application.reload(loadConfig({ env: {}, overrides }));
    };

    await reload(one, [old, next]);
    assert.deepEqual(await amongNodes(one), {});
    assert.match((await amongNodes(other)).warnings?.join() ?? '', /: add it here before Google gets it$/);
    await opened(toOld, one, other);
    await reload(other, [old, next]);
    assert.deepEqual([await amongNodes(one), await amongNodes(other)], [{}, {}]);
    await opened(toNext, one, other);
    await opened(toOld, one, other);

    const forgetful = await start({ settings: keys([next]) });
    assert.match((await amongNodes(forgetful)).reason ?? '', new RegExp(`^payload lacks the ${kind} key`));
    await reload(one, [next]);
    assert.match((await amongNodes(one)).reason ?? '', /^payload lacks the/);
    assert.deepEqual(await amongNodes(other), {});

    await reload(other, [old, next], [old]);
    for (const app of [other, one, forgetful]) assert.deepEqual(await amongNodes(app), {});
    await opened(toNext, one, other, forgetful);
  });
}
