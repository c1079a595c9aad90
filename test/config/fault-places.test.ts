import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFault } from '../../src/config/faults.ts';
import { faultsOf, temporaryFile } from './config-under-test.ts';

function faultLines(text: Parameters<typeof faultsOf>[0]): readonly string[] {
  return faultsOf(text).map(describeFault);
}

test('a file whose top level is a list or a single value is named', (t) => {
  for (const text of ['- http\n', 'http\n', '[]', '42']) {
    const file = temporaryFile(t, 'a.yaml', text);
    const [line = '', ...more] = faultLines({ file });
    assert.match(line, /its top level is not a group of settings.*a\.yaml/, text);
    assert.deepEqual(more, []);
  }
});

test('of a list, each entry that is wrong is told, and which one is there twice', () => {
  const lines = faultLines({ overrides: { 'http.basePaths': '/v1,v2,/v1' } });
  assert.match(lines[0] ?? '', /^http\.basePaths\.1: is the text "v2"/);
  assert.match(lines[1] ?? '', /^http\.basePaths: has its entry 3 twice/);
  assert.match(faultLines({ overrides: { 'http.basePaths': [] } })[0] ?? '', /has 0 entries/);
});

test('a host has no port, whichever listener it is of, and an IPv6 address keeps its colons', () => {
  for (const setting of ['http.host', 'operator.host']) {
    for (const host of ['127.0.0.1:80', 'localhost:8080', ':', ':80']) {
      assert.match(
        faultLines({ overrides: { [setting]: host } })[0] ?? '',
        /without port/,
        `${setting} ${host}`,
      );
    }
    for (const host of ['127.0.0.1', 'localhost', '::', '::1', '::ffff:127.0.0.1', 'fe80::1%eth0']) {
      assert.deepEqual(faultLines({ overrides: { [setting]: host } }), [], `${setting} ${host}`);
    }
  }
});
