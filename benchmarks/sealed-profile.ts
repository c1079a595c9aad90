/**
 * Where the time of a sealed sendOtp goes, at 16 connections and RSA-2048: shares of each thread's time by place.
 *
 *   node benchmarks/sealed-profile.ts [pgp | jwe+jws = pgp] [requests = 4000]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureSealed, sealRequests } from './sealed.ts';
import { type Format, makeKeys } from './sealed-keys.ts';
import { startApp } from './subjects.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const format: Format = process.argv[2] === 'jwe+jws' ? 'jwe+jws' : 'pgp';
const requests = Number(process.argv[3] ?? 4000);
const SHOWN = 24;

const directory = mkdtempSync(join(import.meta.dirname, '.data-'));
try {
  const keys = await makeKeys(format, 2048, join(directory, 'keys.json'));
  const profiles = join(directory, 'profiles');
  const setUp = (data: string) =>
    writeFileSync(join(data, 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
  const app = await startApp({ accounts: 50_000, history: 0, codec: 'own' }, { setUp, profiles });
  const run = await measureSealed(app, format, false, 16, await sealRequests(keys, requests));
  await app.stop();
  console.log(
    `${format}: ${run.perSecond.toFixed(0)}/s, ${run.cpuMicrosPerRequest.toFixed(0)} µs of CPU a request`,
  );
  for (const file of readdirSync(profiles)) {
    report(JSON.parse(readFileSync(join(profiles, file), 'utf8')) as Profile, requests);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function report({ nodes, samples, timeDeltas }: Profile, count: number): void {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => [id, nameOf(functionName, url)]),
  );
  const micros = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    micros.set(name, (micros.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  }
  console.log('\nµs a request, by itself, in one thread:');
  const rows = [...micros].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  for (const [name, sum] of rows) console.log(`${(sum / count).toFixed(1).padStart(8)}  ${name}`);
}

/** Sources by their path, Node's by their module. */
function nameOf(functionName: string, url: string): string {
  const place = url.replace(/^file:\/\/.*?\/(src|node_modules|benchmarks)\//, '$1/');
  return `${functionName || '(anonymous)'} ${place}`.trim();
}
