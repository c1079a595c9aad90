import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../../..');

test('the document of the internal API is OpenAPI 3.1 as others read it', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/@redocly/cli/bin/cli.js'), 'lint', 'docs/openapi/internal-api.json'],
    {
      cwd: root,
      encoding: 'utf8',
      env: { NO_COLOR: '1', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    },
  );
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /warning/, stderr);
});
