import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../src/adapters/system/system-clock.ts';
import { load } from './load.ts';
import { median, type Run } from './report.ts';
import { measured, sendOtpBody } from './scenarios.ts';
import { type Format, makeKeys, type SealedKeys, startOwnCodec } from './sealed-keys.ts';
import { makeCertificate, THREADS } from './sealed-setup.ts';
import { phoneNumberOf, type Subject, startApp, startFloor } from './subjects.ts';

interface SealedOptions {
  readonly runs: number;
  readonly requests: number;
}

const CONTENT_TYPES = { pgp: 'application/octet-stream', 'jwe+jws': 'application/jose' } as const;
const COLUMNS = [
  'body',
  'RSA',
  'by',
  'over',
  'connections',
  'req/s',
  'of floor',
  'of library',
  'p50 ms',
  'p99/p50',
  'CPU µs',
  'of floor’s CPU',
];

/** A whole sealed sendOtp beside bare RSA with the same commits, and beside the same server on the usual libraries. */
export async function reportSealed(options: SealedOptions): Promise<void> {
  console.log(`## sealed sendOtp, ${THREADS} thread(s) for cryptography\n`);
  console.log(`| ${COLUMNS.join(' | ')} |\n|${COLUMNS.map(() => '---').join('|')}|`);
  for (const format of ['pgp', 'jwe+jws'] as const) {
    for (const rsaBits of [2048, 4096]) await reportKeySize(format, rsaBits, options);
  }
  console.log('');
}

async function reportKeySize(format: Format, rsaBits: number, options: SealedOptions): Promise<void> {
  const directory = mkdtempSync(join(import.meta.dirname, '.data-'));
  const keys = await makeKeys(format, rsaBits, join(directory, 'keys.json'));
  makeCertificate(directory);
  const setUp = (dataDirectory: string) => {
    writeFileSync(join(dataDirectory, 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
    makeCertificate(dataDirectory);
  };
  const size = { accounts: 50_000, history: 0 };
  const own = await startApp({ ...size, codec: 'own' }, { setUp });
  const ownTls = await startApp({ ...size, codec: 'own', tls: true }, { setUp });
  const library = await startApp({ ...size, codec: 'library' }, { setUp });
  const floor = await startFloor(rsaBits, THREADS);
  const subjects = { own, ownTls, library, floor };
  try {
    for (const connections of [1, 16]) {
      const count = Math.max(
        60,
        Math.round((options.requests * (connections === 1 ? 0.2 : 1) * 2048 ** 2) / rsaBits ** 2),
      );
      const runs = await measureAll(subjects, keys, connections, count, options.runs);
      const print = (by: string, over: string, run: Run) => {
        const cells = [format, rsaBits, by, over, connections, run.perSecond.toFixed(0)];
        const ratios = [run.perSecond / runs.floor.perSecond, run.perSecond / runs.library.perSecond].map(
          (ratio) => ratio.toFixed(2),
        );
        const cpu = [
          run.cpuMicrosPerRequest.toFixed(0),
          (run.cpuMicrosPerRequest / runs.floor.cpuMicrosPerRequest).toFixed(2),
        ];
        const times = [run.p50Ms.toFixed(2), (run.p99Ms / run.p50Ms).toFixed(1)];
        console.log(`| ${[...cells, ...ratios, ...times, ...cpu].join(' | ')} |`);
      };
      print('gsp-otp', 'HTTP', runs.own);
      print('gsp-otp', 'TLS', runs.ownTls);
      print(format === 'pgp' ? 'openpgp.js' : 'jose', 'HTTP', runs.library);
      print('bare RSA', 'HTTP', runs.floor);
    }
  } finally {
    for (const subject of Object.values(subjects)) await subject.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

type Subjects = Readonly<Record<'own' | 'ownTls' | 'library' | 'floor', Subject>>;

/** All in turn, so that a slow minute of the machine slows all. */
async function measureAll(
  subjects: Subjects,
  keys: SealedKeys,
  connections: number,
  count: number,
  runs: number,
): Promise<Record<keyof Subjects, Run>> {
  const names = Object.keys(subjects) as (keyof Subjects)[];
  const all: Record<keyof Subjects, Run[]> = { own: [], ownTls: [], library: [], floor: [] };
  for (let run = -1; run < runs; run += 1) {
    for (const name of names) {
      const bodies = await sealRequests(keys, count);
      const result = await measureSealed(subjects[name], keys.format, name === 'ownTls', connections, bodies);
      // The first one warms up.
      if (run >= 0) all[name].push(result);
    }
  }
  return {
    own: median(all.own),
    ownTls: median(all.ownTls),
    library: median(all.library),
    floor: median(all.floor),
  };
}

let accountsUsed = 0;

/** Requests as Google would seal them, made before the clock runs. */
export async function sealRequests(keys: SealedKeys, count: number): Promise<readonly Uint8Array[]> {
  const google = await startOwnCodec(
    { ...keys, ours: keys.google, google: keys.ours },
    createSystemClock(),
    THREADS + 1,
  );
  const bodies = await Promise.all(
    Array.from({ length: count }, () =>
      google.seal(sendOtpBody(randomUUID(), phoneNumberOf(accountsUsed++ % 50_000))),
    ),
  );
  await google.close();
  return bodies;
}

export function measureSealed(
  subject: Subject,
  format: Format,
  tls: boolean,
  connections: number,
  bodies: readonly Uint8Array[],
): Promise<Run> {
  return measured(subject, bodies.length, () =>
    load({
      ports: subject.ports,
      connections,
      requests: bodies.length,
      tls,
      request: (number) => ({
        path: '/v1/sendOtp',
        body: bodies[number] ?? new Uint8Array(0),
        contentType: CONTENT_TYPES[format],
      }),
      expect: (status) => {
        if (status !== 200) throw new Error(`unexpected status ${status}`);
      },
    }),
  );
}
