import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Failure } from '../../../src/cli/terminal/failure.ts';
import { askOrFail } from '../../../src/cli/terminal/http-client.ts';
import { makeCertificate } from '../../support/test-certificates.ts';

test('a certificate of a private authority is told from a server that is not there', async (t) => {
  const { certificate, key } = makeCertificate({ kind: 'ec', name: 'localhost' });
  const server = createServer({ cert: certificate, key });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}/`;
  const remedy = async () => {
    const failure = await askOrFail(url, { method: 'GET', timeoutMs: 10_000 }, 'Start it.').catch(
      (error: unknown) => error,
    );
    assert.ok(failure instanceof Failure);
    return failure.remedy;
  };
  t.after(() => server.close());
  assert.match((await remedy()) ?? '', /NODE_EXTRA_CA_CERTS/);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await remedy(), 'Start it.');
});
