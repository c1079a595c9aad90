/**
 * The whole application in a process of its own: sandbox profile, inbox gateway, every quota switched on but set so high
 * that no run reaches it, nor what the money guard allows to a country whose codes nobody types. Started by `subjects.ts`. Arguments: data folder, `AppOptions` as JSON. Sealed bodies take keys
 * from `keys.json` and, for TLS, a certificate from the data folder.
 */
import { join } from 'node:path';
import { InboxGateway } from '../src/adapters/gateways/inbox/gateway.ts';
import { openStore } from '../src/adapters/storage/postgres/open-store.ts';
import { openSqliteOtpStore } from '../src/adapters/storage/sqlite/otp-store.ts';
import { createSystemClock } from '../src/adapters/system/system-clock.ts';
import { loadConfig } from '../src/settings/load.ts';
import { compose } from '../src/wiring/application.ts';
import { fillAccounts, fillHistory } from './fill.ts';
import { startLibraryCodec } from './library-codecs.ts';
import { answerMeasurements } from './measurements.ts';
import { readKeys, startOwnCodec } from './sealed-keys.ts';
import { certificatesIn, THREADS } from './sealed-setup.ts';
import type { AppOptions } from './subjects.ts';

const [, , dataDirectory = '.', json = '{}'] = process.argv;
const { accounts, history, codec, tls, postgres } = JSON.parse(json) as AppOptions;

const HOUR_MS = 3_600_000;
/** Nodes of one store have the same secrets. */
const SHARED = {
  'digests.secret': { value: 'the digest secret of all nodes here' },
  'codes.secrets': [{ id: 'shared', secret: { value: 'the code secret of all nodes here' } }],
};
const config = loadConfig({
  env: {},
  overrides: {
    dataDirectory,
    'http.port': 0,
    'operator.port': 0,
    'log.level': 'silent',
    ...(postgres && SHARED),
    ...(tls && { 'http.tls.certificates': certificatesIn(dataDirectory) }),
    'quotas.coolDownMs': 1,
    'quotas.sendsPerPhoneNumber': { max: 256, windowMs: HOUR_MS },
    'quotas.sendsPerAccount': { max: 256, windowMs: HOUR_MS },
    'quotas.sendsPerCountry': { default: { max: 1_000_000_000, windowMs: HOUR_MS } },
    'quotas.sendsGlobal': { max: 1_000_000_000, windowMs: HOUR_MS },
    'moneyGuard.countryFloor': 1_000_000_000,
  },
});
await fillAccounts(dataDirectory, accounts);
const { store, commits } = postgres === undefined ? await openFile() : await openServer(postgres);
const clock = createSystemClock();
const gateway = new InboxGateway(clock);
const keys = () => readKeys(join(dataDirectory, 'keys.json'));
const codecs =
  codec === undefined
    ? undefined
    : [codec === 'own' ? await startOwnCodec(keys(), clock, THREADS, 256) : await startLibraryCodec(keys())];
const application = await compose(config, { store, gateway, clock, ...(codecs && { codecs }) });
const { methods } = await application.listen();

answerMeasurements({
  port: Number(new URL(methods).port),
  commits,
  codes: () => {
    const texts = gateway.texts(10_000).toReversed();
    return new Map(
      texts.map(({ to, text }) => [to.reveal(), /(?<!\d)\d{6}(?!\d)/.exec(text.reveal())?.[0] ?? '']),
    );
  },
});

async function openFile() {
  const file = join(dataDirectory, 'otp.sqlite');
  await openSqliteOtpStore({ file, environment: 'sandbox' }).close();
  fillHistory(file, history);
  const store = openSqliteOtpStore({ file, environment: 'sandbox' });
  return { store, commits: () => store.durableCommits };
}

/** What it commits, the server tells. */
async function openServer(settings: NonNullable<AppOptions['postgres']>) {
  const terms = { settings, environment: 'sandbox', dataDirectory } as const;
  const { store } = await openStore(terms, 'serve');
  return { store, commits: () => 0 };
}
