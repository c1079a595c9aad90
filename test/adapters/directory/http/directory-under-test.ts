import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { createDirectoryServer } from '../../../../examples/directory-server.ts';
import type { HttpDirectorySettings } from '../../../../src/adapters/directory/http/settings.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import type { DirectoryPlace } from '../directory-place.ts';

export const TOKEN = 'a-token-of-the-tests';

/** Settings that are read, for a service at that URL. */
export function settingsFor(url: string, more: Partial<HttpDirectorySettings> = {}): HttpDirectorySettings {
  return {
    kind: 'http',
    url,
    bearerToken: new Secret(TOKEN),
    timeoutMs: 1000,
    connections: 16,
    ownsAssociations: false,
    privateLink: false,
    ...more,
  };
}

/** The example of a service, without any account until it is filled. */
export async function newHttpPlace(t: TestContext): Promise<DirectoryPlace> {
  let service = createDirectoryServer([], TOKEN);
  const front = createServer((...call) => service.emit('request', ...call));
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  t.after(() => {
    front.close();
    front.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  const settings = settingsFor(url, { ownsAssociations: true });
  const dataDirectory = temporaryDirectory(t);
  return {
    terms: { settings, environment: 'sandbox', dataDirectory, connection: undefined },
    async fill(accounts) {
      service = createDirectoryServer(accounts, TOKEN);
    },
  };
}
