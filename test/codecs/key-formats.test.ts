import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, describe, test } from 'node:test';
import type { KeyedCodec, KeyFormat } from '../../src/codecs/key-format.ts';
import { loadKeyFormat } from '../../src/codecs/key-formats.ts';
import { keyKinds, keyTraits } from '../../src/codecs/keys/key-kind.ts';
import { LeakedKey } from '../../src/codecs/keys/key-ring.ts';
import type { GeneratedKey } from '../../src/codecs/keys/new-key.ts';
import { TestClock } from '../support/test-clock.ts';

const DAY_MS = 86_400_000;
const clock = new TestClock();
const nowMs = clock.nowMs();
const bytesOf = (text: string) => Buffer.from(text);

for (const kind of keyKinds) {
  const traits = keyTraits[kind];
  const format = await loadKeyFormat(kind);
  const make = (name: string) => format.generate({ name, environment: 'sandbox', validityDays: 30, nowMs });
  const [ours, google] = await Promise.all([make('Bank'), make('Google')]);

  describe(`keys of ${traits.standard}`, () => {
    const codecs: KeyedCodec[] = [];
    after(() => Promise.all(codecs.map((codec) => codec.close())));
    async function start(mine: GeneratedKey, theirs: GeneratedKey): Promise<KeyedCodec> {
      const ring = await format.readRing(sourcesOf(mine, theirs));
      const codec = await format.startCodec({ ring, clock, threads: 1, waitingMax: 10 });
      codecs.push(codec);
      return codec;
    }

    test('the format is that of its kind', () => assert.equal(format.kind, kind));

    test('[ENC-2] what is generated is read, opens and seals, for either side', async () => {
      const [server, caller] = await Promise.all([start(ours, google), start(google, ours)]);
      for (const [from, to] of [
        [caller, server],
        [server, caller],
      ] as const) {
        const opened = await to.open(await from.seal(bytesOf('{}')));
        assert.equal(opened.kind === 'opened' && Buffer.from(opened.payload).toString(), '{}');
      }
    });

    test('[ENV-1] a new key is for one environment, and lives as long as was ordered', async () => {
      assert.equal(ours.expiresAtMs - nowMs <= 30 * DAY_MS, true);
      assert.equal(ours.expiresAtMs - nowMs > 30 * DAY_MS - 1000, true);
      await assert.rejects(
        format.readRing({ ...sourcesOf(ours, google), environment: 'production' }),
        /was made for the sandbox profile/,
      );
    });

    test('[ENC-3, ENC-4] of private keys the public part is what was made for Google, and can be joined', async () => {
      const parts = ours.privateParts.map(({ text }) => format.exportPublic(bytesOf(text.reveal())));
      const text = format.joinPublic(await Promise.all(parts));
      assert.equal(text, ours.publicText);
      const both = format.joinPublic([ours.publicText, google.publicText]);
      const { fingerprints } = await format.readGoogleKeys(
        { name: 'both', bytes: bytesOf(both) },
        () => [],
        nowMs,
      );
      const [one, two] = await Promise.all([ours, google].map((key) => fingerprintsOf(format, key)));
      assert.deepEqual(fingerprints, [...(one ?? []), ...(two ?? [])]);
    });

    test('a private key in the place of Google\u2019s is told from one that can not be used', async () => {
      const [part] = ours.privateParts;
      const source = { name: 'leaked', bytes: bytesOf(part?.text.reveal() ?? '') };
      await assert.rejects(
        format.readGoogleKeys(source, () => [], nowMs),
        LeakedKey,
      );
    });

    test('what its traits say is true of it', () => {
      assert.equal(format.addSubkey !== undefined, traits.subkeys);
      assert.equal(ours.privateParts.length, traits.signsWithAll ? 1 : 2);
    });
  });
}

function sourcesOf(mine: GeneratedKey, theirs: GeneratedKey) {
  return {
    ours: mine.privateParts.map(({ text, use }) => ({ name: use, bytes: bytesOf(text.reveal()) })),
    google: [{ name: 'theirs', bytes: bytesOf(theirs.publicText) }],
    graceMs: 0,
    nowMs,
  };
}

async function fingerprintsOf(format: KeyFormat, { publicText }: GeneratedKey): Promise<readonly string[]> {
  const source = { name: 'one', bytes: bytesOf(publicText) };
  return (await format.readGoogleKeys(source, () => [], nowMs)).fingerprints;
}

test('the library of a format is loaded when the format is, and that of the other is not', () => {
  const table = new URL('../../src/operations/keys/files.ts', import.meta.url).href;
  const formats = new URL('../../src/codecs/key-formats.ts', import.meta.url).href;
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ resolve: (name, context, next) => { loaded.add(name); return next(name, context); } });
    const told = () => ['openpgp', 'jose'].filter((name) => loaded.has(name)).join();
    await import(${JSON.stringify(table)});
    const { loadKeyFormat } = await import(${JSON.stringify(formats)});
    const steps = [told()];
    await loadKeyFormat('jwe');
    steps.push(told());
    await loadKeyFormat('pgp');
    console.log(JSON.stringify([...steps, told()]));
  `;
  const args = ['--input-type=module', '--eval', program];
  const steps: unknown = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  assert.deepEqual(steps, ['', 'jose', 'openpgp,jose']);
});
