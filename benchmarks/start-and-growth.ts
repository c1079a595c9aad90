/**
 * `npm run bench:growth`: how long a start takes, how large the store grows, and whether memory does.
 * - start to ready: `gsp-otp serve` on an empty folder, and on a million challenges after `kill -9`
 * - store: bytes of the database a send, of the server and of its floor
 * - memory: resident size after 20,000 sends and after as many again, three times
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fillHistory } from './fill.ts';
import { scenarios } from './scenarios.ts';
import { type Subject, startApp, startFloor } from './subjects.ts';

const SENDS = 20_000;
const [sendOtp] = scenarios;
if (sendOtp === undefined) throw new Error('there is no scenario');

await reportStarts();
await reportSizes(sendOtp.measure);

async function reportStarts(): Promise<void> {
  const empty = mkdtempSync(join(import.meta.dirname, '.data-'));
  const large = mkdtempSync(join(import.meta.dirname, '.data-'));
  const file = join(large, 'otp.sqlite');
  // Makes the databases.
  await startToReadyMs(large);
  fillHistory(file, 1_000_000);
  await startToReadyMs(large);
  console.log(`start to ready, empty: ${await startToReadyMs(empty)} ms`);
  console.log(`start to ready, a million challenges, after kill -9: ${await startToReadyMs(large)} ms`);
  for (const directory of [empty, large]) rmSync(directory, { recursive: true, force: true });
}

/** Starts the server, waits until it is ready, and kills it. */
async function startToReadyMs(dataDirectory: string): Promise<number> {
  const startedAt = performance.now();
  const settings = [`dataDirectory=${dataDirectory}`, 'http.port=0', 'operator.port=18981'];
  const program = join(import.meta.dirname, '../bin/gsp-otp.js');
  const args = [program, 'serve', ...settings.flatMap((setting) => ['--set', setting])];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  for (;;) {
    const ready = await fetch('http://127.0.0.1:18981/health/ready').catch(() => undefined);
    if (ready?.status === 200) break;
    if (performance.now() - startedAt > 60_000) throw new Error('the server does not become ready');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const tookMs = Math.round(performance.now() - startedAt);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  return tookMs;
}

async function reportSizes(send: (subject: Subject, connections: number, count: number) => Promise<unknown>) {
  const app = await startApp({ accounts: 50_000, history: 0 });
  const floor = await startFloor();
  await send(floor, 16, SENDS);
  for (let round = 1; round <= 4; round += 1) {
    await send(app, 16, SENDS);
    const { residentBytes } = await app.measurements();
    console.log(`resident after ${round * SENDS} sends: ${(residentBytes / 1e6).toFixed(0)} MB`);
    if (round === 1) {
      const [ours, bare] = [bytesASend(app.dataDirectory), bytesASend(floor.dataDirectory)];
      console.log(`store a send: ${ours} bytes, of the floor ${bare}: ${(ours / bare).toFixed(2)} ×`);
    }
  }
  await app.stop();
  await floor.stop();
}

function bytesASend(dataDirectory: string): number {
  const file = join(dataDirectory, 'otp.sqlite');
  const database = new DatabaseSync(file);
  database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  database.close();
  return Math.round(statSync(file).size / SENDS);
}
