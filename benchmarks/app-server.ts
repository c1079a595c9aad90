/**
 * The whole application in a process of its own: sandbox profile, clear bodies, inbox gateway, every quota switched
 * on but set so high that no run reaches it. Started by `run.ts`. Arguments: data folder, accounts, history; for sealed
 * bodies `own` or `library`, with keys in `keys.json` and, for `tls`, a certificate in the data folder.
 */
import { join } from 'node:path';
import { InboxGateway } from '../src/adapters/gateways/inbox/gateway.ts';
import { openSqliteOtpStore } from '../src/adapters/storage/sqlite/otp-store.ts';
import { createSystemClock } from '../src/adapters/system/system-clock.ts';
import { loadConfig } from '../src/settings/load.ts';
import { compose } from '../src/wiring/application.ts';
import { fillAccounts, fillHistory } from './fill.ts';
import { startLibraryCodec } from './library-codecs.ts';
import { answerMeasurements } from './measurements.ts';
import { readKeys, startOwnCodec } from './sealed-keys.ts';
import { certificatesIn, THREADS } from './sealed-setup.ts';

const [, , dataDirectory = '.', accounts = '0', history = '0', sealing = 'clear', tls = 'http'] =
  process.argv;

const HOUR_MS = 3_600_000;
const config = loadConfig({
  env: {},
  overrides: {
    dataDirectory,
    'http.port': 0,
    'operator.port': 0,
    'log.level': 'silent',
    ...(tls === 'tls' && { 'http.tls.certificates': certificatesIn(dataDirectory) }),
    'quotas.coolDownMs': 1,
    'quotas.sendsPerPhoneNumber': { max: 256, windowMs: HOUR_MS },
    'quotas.sendsPerAccount': { max: 256, windowMs: HOUR_MS },
    'quotas.sendsPerCountry': { default: { max: 1_000_000_000, windowMs: HOUR_MS } },
    'quotas.sendsGlobal': { max: 1_000_000_000, windowMs: HOUR_MS },
  },
});
await fillAccounts(dataDirectory, Number(accounts));
const file = join(dataDirectory, 'otp.sqlite');
await openSqliteOtpStore({ file, environment: 'sandbox' }).close();
fillHistory(file, Number(history));
const store = openSqliteOtpStore({ file, environment: 'sandbox' });
const clock = createSystemClock();
const gateway = new InboxGateway(clock);
const keys = () => readKeys(join(dataDirectory, 'keys.json'));
const codecs =
  sealing === 'clear'
    ? undefined
    : [
        sealing === 'own'
          ? await startOwnCodec(keys(), clock, THREADS, 256)
          : await startLibraryCodec(keys()),
      ];
const application = await compose(config, { store, gateway, clock, ...(codecs && { codecs }) });
const { methods } = await application.listen();

answerMeasurements({
  port: Number(new URL(methods).port),
  commits: () => store.durableCommits,
  codes: () => {
    const texts = gateway.texts(10_000).toReversed();
    return new Map(
      texts.map(({ to, text }) => [to.reveal(), /(?<!\d)\d{6}(?!\d)/.exec(text.reveal())?.[0] ?? '']),
    );
  },
});
