import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ownMethodsUrl, ownOperatorUrl } from '../../../src/cli/server/own-server.ts';
import { runCli } from '../../support/cli-process.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

for (const [flags, methods, operator] of [
  [{}, 'http://127.0.0.1:8080/v1', 'http://127.0.0.1:8081'],
  [{ 'http.port': '18080', 'operator.port': '18081' }, 'http://127.0.0.1:18080/v1', 'http://127.0.0.1:18081'],
  [{ 'http.host': '0.0.0.0', 'operator.host': '::' }, 'http://127.0.0.1:8080/v1', 'http://[::1]:8081'],
  [{ 'http.host': '::1', 'http.basePaths': '/a/v1,/b' }, 'http://[::1]:8080/a/v1', 'http://127.0.0.1:8081'],
] as const) {
  test(`the server of ${JSON.stringify(flags)} is at ${methods} and ${operator}`, () => {
    assert.equal(ownMethodsUrl({ env: {}, flags }), methods);
    assert.equal(ownOperatorUrl({ env: {}, flags }), operator);
  });
}

test('call and inbox ask the server that is configured, by file, environment or flag', async (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'a.yaml'), 'http: {port: 1}\noperator: {port: 2}\n');
  const asked = async (args: readonly string[], env = {}) => (await runCli(args, { cwd, env })).stderr;
  assert.match(
    await asked(['call', 'echo', '--config', 'a.yaml']),
    /127\.0\.0\.1:1\/v1\/echo does not answer/,
  );
  assert.match(await asked(['call', 'echo', '--set', 'http.port=3']), /127\.0\.0\.1:3\/v1\/echo does not/);
  assert.match(
    await asked(['call', 'echo'], { GSP_OTP_HTTP_PORT: '4' }),
    /127\.0\.0\.1:4\/v1\/echo does not/,
  );
  assert.match(
    await asked(['inbox', 'list', '--config', 'a.yaml']),
    /127\.0\.0\.1:2\/inbox\S* does not answer/,
  );
  assert.match(await asked(['inbox', 'show'], { GSP_OTP_OPERATOR_PORT: '5' }), /127\.0\.0\.1:5\/inbox/);
});
