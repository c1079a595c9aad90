import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { plainCodec } from '../../src/codecs/plain.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { compose, type Overrides } from '../../src/wiring/application.ts';
import { accepted, scripted } from '../adapters/gateways/shared/scripted-gateway.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { TEST_SETTINGS } from '../support/test-application.ts';

const own = scripted('own', accepted('own'));

for (const [overrides, told] of [
  [{ store: {} }, /^TypeError: store has no function recall$/],
  [{ directory: {} }, /^TypeError: directory has no function findByAssociationId$/],
  [{ directory: null }, /^TypeError: directory must be an object$/],
  [{ clock: {} }, /^TypeError: clock has no function nowMs$/],
  [{ entropy: {} }, /^TypeError: entropy has no function bytes$/],
  [{ gateway: { name: 'own' } }, /^TypeError: gateway has no function send$/],
  [{ gateways: [{}] }, /^TypeError: gateways\[0\] has no function send$/],
  [{ gateways: {} }, /^TypeError: gateways must be an array$/],
  [{ gateways: [own, { ...own, name: undefined }] }, /^TypeError: gateways\[1\] has no name/],
  [{ gateways: [{ ...own, name: 'own\n' }] }, /^TypeError: the name of gateways\[0\] has .*U\+000A/],
  [{ codecs: [] }, /^TypeError: codecs is empty/],
  [{ codecs: [{ ...plainCodec, seal: undefined }] }, /^TypeError: codecs\[0\] has no function seal$/],
  [{ codecs: [plainCodec, plainCodec] }, /^TypeError: two codecs have the mediaType application\/json/],
  [
    { codecs: [{ ...plainCodec, mediaType: 'Application/JSON' }] },
    /^TypeError: the mediaType of codecs\[0\]/,
  ],
  [
    { codecs: [{ ...plainCodec, mediaType: 'application/json; charset=utf-8' }] },
    /^TypeError: the mediaType/,
  ],
  [{ codecs: [{ ...plainCodec, contentType: 'a/b\r\nx: y' }] }, /^TypeError: the contentType of codecs\[0\]/],
  [{ codecs: [{ ...plainCodec, contentType: undefined }] }, /^TypeError: the contentType of codecs\[0\]/],
  [{ codecs: [{ ...plainCodec, hasRoom: true }] }, /^TypeError: the hasRoom of codecs\[0\]/],
] as const) {
  test(`what can be no part is refused before anything is opened: ${told.source}`, async (t) => {
    const dataDirectory = temporaryDirectory(t);
    const config = loadConfig({ env: {}, overrides: { ...TEST_SETTINGS, dataDirectory } });
    await assert.rejects(compose(config, overrides as unknown as Overrides), told);
    assert.deepEqual(
      readdirSync(dataDirectory).filter((name) => name.endsWith('.sqlite')),
      [],
    );
  });
}
