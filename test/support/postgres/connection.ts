import type { ConnectionSettings } from '../../../src/adapters/postgres/connection-settings.ts';
import { Secret } from '../../../src/ports/secret.ts';
import type { TestSchema } from './schema.ts';

/** The settings by which the place of a test is reached. */
export function connectionTo({ url, schema }: TestSchema): ConnectionSettings {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    hosts: [`${hostname}:${port || 5432}`],
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    ...(password !== '' && { password: new Secret(decodeURIComponent(password)) }),
    schema,
    tls: false,
    privateLink: true,
    connections: 8,
  };
}

/** The same for a store, as settings of a sandbox by dotted path. */
export function storeSettings(place: TestSchema): Readonly<Record<string, unknown>> {
  const { password, ...connection } = connectionTo(place);
  const given = {
    kind: 'postgres',
    ...connection,
    ...(password && { password: { value: password.reveal() } }),
  };
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [`store.${name}`, value]));
}
