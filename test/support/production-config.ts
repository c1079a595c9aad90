import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './temporary-directory.ts';
import { makeKey } from './test-keys.ts';

/** A sound configuration of the production profile, on free ports; its texts lead nowhere. */
export async function productionConfig(t: TestContext, more: Readonly<Record<string, unknown>> = {}) {
  const directory = temporaryDirectory(t);
  const secret = (name: string, text = 'a secret that is known to this test alone') => {
    const file = join(directory, name);
    writeFileSync(file, text, { mode: 0o600 });
    return { file };
  };
  const [ours, google] = await Promise.all([makeKey('pgp'), makeKey('pgp')]);
  const settings = {
    profile: 'production',
    dataDirectory: join(directory, 'data'),
    http: { port: 0, behindProxy: true },
    operator: { port: 0 },
    codes: { secrets: [{ id: 'first', secret: secret('code-secret') }] },
    digests: { secret: secret('digest-secret') },
    payload: {
      pgp: {
        ours: [{ key: secret('ours.asc', ours.private) }],
        google: [{ key: secret('google.asc', google.public) }],
      },
    },
    sms: {
      brand: 'Bank',
      gateway: {
        ...{ kind: 'http', url: 'https://127.0.0.1:9/', body: '{"to":"{to}","text":"{text}"}' },
        accepted: { statuses: [200] },
      },
    },
    ...more,
  };
  const file = join(directory, 'gsp-otp.json');
  writeFileSync(file, JSON.stringify(settings));
  return { file, directory, settings };
}
