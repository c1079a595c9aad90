/**
 * `npm run bench`: the server beside its floor, over loopback HTTP, in one run on one machine. Prints a table of
 * medians and their ratios. `--runs N` (default 5), `--requests N` a run at 16 connections (default 4000),
 * `--sealed` measures sealed sendOtp instead; `--large` also measures with a million accounts and a million challenges;
 * `--store postgres` measures the store on PostgreSQL, with `--history N` also with so many challenges.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { reportPostgres } from './postgres/report-postgres.ts';
import { median, type Row, table } from './report.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { reportSealed } from './sealed.ts';
import { type Subject, startApp, startFloor } from './subjects.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    requests: { type: 'string', default: '4000' },
    large: { type: 'boolean', default: false },
    sealed: { type: 'boolean', default: false },
    store: { type: 'string', default: 'sqlite' },
    history: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(
    'npm run bench -- [--runs 5] [--requests 4000] [--large | --sealed | --store postgres [--history N]]',
  );
  process.exit(0);
}
const runs = Number(options.runs);
const requests = Number(options.requests);

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
console.log(`${runs} runs each, medians; the server and the load share the machine.\n`);

if (options.store === 'postgres') {
  await reportPostgres({ runs, requests, history: Number(options.history) });
  process.exit(0);
}
if (options.sealed) {
  await reportSealed({ runs, requests });
  process.exit(0);
}

await report('empty database', () => startApp({ accounts: 50_000, history: 0 }));
if (options.large) {
  await report('a million accounts and a million challenges', () =>
    startApp({ accounts: 1_000_000, history: 1_000_000 }),
  );
}

async function report(title: string, start: () => Promise<Subject>): Promise<void> {
  const app = await start();
  const floor = await startFloor();
  const rows: Row[] = [];
  try {
    // The engine compiles what runs often: first everything has to have run often.
    for (const scenario of scenarios) {
      for (const subject of [app, floor]) await scenario.measure(subject, 16, 4000);
    }
    for (const connections of [1, 16, 64]) {
      for (const scenario of scenarios) {
        rows.push(await compare(scenario, connections, app, floor));
        process.stderr.write('.');
      }
    }
  } finally {
    await app.stop();
    await floor.stop();
  }
  process.stderr.write('\n');
  console.log(`## ${title}\n\n${table(rows)}\n`);
}

/** Both subjects in turn, so that a slow minute of the machine slows both. */
async function compare(scenario: Scenario, connections: number, app: Subject, floor: Subject): Promise<Row> {
  const count = Math.max(200, Math.round((requests * Math.min(connections, 16)) / 16));
  const warmUp = Math.min(count, 500);
  await scenario.measure(app, connections, warmUp);
  await scenario.measure(floor, connections, warmUp);
  const appRuns = [];
  const floorRuns = [];
  for (let run = 0; run < runs; run += 1) {
    appRuns.push(await scenario.measure(app, connections, count));
    floorRuns.push(await scenario.measure(floor, connections, count));
  }
  return { scenario: scenario.name, connections, app: median(appRuns), floor: median(floorRuns) };
}
