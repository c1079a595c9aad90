/**
 * What becomes of genuine calls when more comes than can be done, and when strangers flood the port.
 *
 *   npm run bench:overload -- [--seconds 4] [--bits 2048] [--format pgp | jwe+jws | both]
 *
 * Server, flood and genuine calls have a process each. All ratios are of one run.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Answer, Asker, quantile } from '../answering.ts';
import { type Format, makeKeys, type SealedKeys } from '../sealed-keys.ts';
import { startApp } from '../subjects.ts';
import type { Flood } from './flood.ts';
import { sealEchoes } from './messages.ts';
import { openLoop } from './open-loop.ts';
import { contentTypeOf, STRANGER_KINDS, type StrangerKind, strangersBodies } from './strangers.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    bits: { type: 'string', default: '2048' },
    format: { type: 'string', default: 'both' },
  },
});
const SECONDS = Number(values.seconds);
const BUDGET_MS = 2500;
const FLOOD_CONNECTIONS = 600;
const LOAD_CONNECTIONS = 400;
const GENUINE_PER_SECOND = 20;

const formats: readonly Format[] = values.format === 'both' ? ['jwe+jws', 'pgp'] : [values.format as Format];
const directory = mkdtempSync(join(import.meta.dirname, '.data-'));
try {
  for (const format of formats) await report(format, Number(values.bits));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

interface Target {
  readonly keys: SealedKeys;
  readonly port: number;
  /** Of the server, so far. */
  readonly cpuMs: () => Promise<number>;
}

interface Ceiling {
  readonly perSecond: number;
  /** Of the server, for one call. */
  readonly cpuMs: number;
}

async function report(format: Format, rsaBits: number): Promise<void> {
  const keys = await makeKeys(format, rsaBits, join(directory, 'keys.json'));
  const setUp = (data: string) =>
    writeFileSync(join(data, 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
  const app = await startApp({ accounts: 10, history: 0, codec: 'own' }, { setUp });
  try {
    const cpuMs = async () => (await app.measurements()).cpuMs;
    const target = { keys, port: app.ports[0] ?? 0, cpuMs };
    // Warms up.
    await measureCeiling(target);
    console.log(`## ${format}, RSA-${rsaBits}\n`);
    await reportOverload(target);
    await reportFloods(target);
  } finally {
    await app.stop();
  }
}

/** Closed loop, 32 connections. */
async function measureCeiling({ keys, port, cpuMs }: Target): Promise<Ceiling> {
  const askers = newAskers(port, keys.format, 32);
  const run = async (seconds: number) => {
    const bodies = await sealEchoes(keys, Math.ceil((seconds * 3200 * 2048 ** 2) / keys.rsaBits ** 2));
    const cpuBefore = await cpuMs();
    const endAt = performance.now() + seconds * 1000;
    let done = 0;
    await Promise.all(
      askers.map(async (asker) => {
        for (let body = bodies.pop(); body && performance.now() < endAt; body = bodies.pop()) {
          const { status } = await asker.ask('/v1/echo', body);
          if (status === 200) done += 1;
        }
      }),
    );
    const perSecond = done / (seconds - Math.max(0, endAt - performance.now()) / 1000);
    return { perSecond, cpuMs: ((await cpuMs()) - cpuBefore) / done };
  };
  const ceiling = await run(2);
  for (const asker of askers) asker.close();
  return ceiling;
}

/** The ceiling is measured before and after each, since the machine is never quite the same. */
async function reportOverload(target: Target): Promise<void> {
  console.log(
    row(
      'offered',
      '200 a second',
      'ceiling before, after',
      'of their mean',
      '200: p50 / p99 ms',
      '503: p50 / p99 ms',
      'CPU µs: 200, 503',
      'not sent',
      'back after s',
    ),
  );
  console.log(row(...Array<string>(9).fill('---')));
  for (const times of [2, 4, 10]) {
    const before = await measureCeiling(target);
    const offered = times * before.perSecond;
    const bodies = await sealEchoes(
      target.keys,
      Math.ceil(before.perSecond * SECONDS * 1.2) + LOAD_CONNECTIONS,
    );
    const cpuBefore = await target.cpuMs();
    const { answers, unsent } = await openLoop({
      port: target.port,
      contentType: contentTypeOf(target.keys.format),
      connections: LOAD_CONNECTIONS,
      seconds: SECONDS,
      perSecond: offered,
      bodies,
      budgetMs: BUDGET_MS,
    });
    const cpuMs = (await target.cpuMs()) - cpuBefore;
    const good = answers.filter(({ status, ms }) => status === 200 && ms <= BUDGET_MS).map(({ ms }) => ms);
    const refused = answers.filter(({ status }) => status === 503).map(({ ms }) => ms);
    const perSecond = good.length / SECONDS;
    const back = await secondsUntilNormal(target);
    const after = await measureCeiling(target);
    const ceiling = (before.perSecond + after.perSecond) / 2;
    const goodMs = (before.cpuMs + after.cpuMs) / 2;
    const refusedMs = (cpuMs - good.length * goodMs) / refused.length;
    console.log(
      row(
        `${times} ×`,
        perSecond.toFixed(0),
        `${before.perSecond.toFixed(0)}, ${after.perSecond.toFixed(0)}`,
        (perSecond / ceiling).toFixed(2),
        span(good),
        span(refused),
        `${(1000 * goodMs).toFixed(0)}, ${(1000 * refusedMs).toFixed(0)}`,
        `${((100 * unsent) / (offered * SECONDS)).toFixed(0)} %`,
        back.toFixed(2),
      ),
    );
  }
  console.log('');
}

/** Until ten calls in a row were answered in 100 ms each. */
async function secondsUntilNormal({ keys, port }: Target): Promise<number> {
  const [asker] = newAskers(port, keys.format, 1);
  const bodies = await sealEchoes(keys, 200);
  const startedAt = performance.now();
  let normalSince = startedAt;
  let inRow = 0;
  while (inRow < 10 && bodies.length > 0) {
    const answer = await asker?.ask('/v1/echo', bodies.pop() ?? new Uint8Array(0));
    const normal = answer?.status === 200 && answer.ms < 100;
    if (!normal) normalSince = performance.now();
    inRow = normal ? inRow + 1 : 0;
  }
  asker?.close();
  return (normalSince - startedAt) / 1000;
}

async function reportFloods(target: Target): Promise<void> {
  console.log(
    row(
      `${FLOOD_CONNECTIONS} connections send`,
      'answers a second',
      'genuine on',
      'answered in time',
      'p50 / p95 ms',
    ),
  );
  console.log(row(...Array<string>(5).fill('---')));
  for (const kind of STRANGER_KINDS) await reportFlood(target, kind);
  console.log('');
}

async function reportFlood(target: Target, kind: StrangerKind): Promise<void> {
  const { keys, port } = target;
  const bodies = await strangersBodies(kind, keys);
  const genuine = await sealEchoes(keys, 2 * SECONDS * GENUINE_PER_SECOND);
  const child = fork(new URL('./flood.ts', import.meta.url), { serialization: 'advanced' });
  const flood: Flood = {
    port,
    connections: FLOOD_CONNECTIONS,
    contentType: contentTypeOf(keys.format),
    bodies,
  };
  child.send(flood);
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const kept = await genuineCalls(target, genuine.splice(0, genuine.length / 2), true);
  const fresh = await genuineCalls(target, genuine, false);
  const seconds = (performance.now() - startedAt) / 1000;
  const counts = await new Promise<Record<string, number>>((resolve) => {
    child.once('message', (answer) => resolve(answer as Record<string, number>));
    child.send('stop');
  });
  const told = Object.entries(counts).map(
    ([status, count]) => `${status === '0' ? 'ended' : status}: ${(count / seconds).toFixed(0)}`,
  );
  const print = (on: string, answers: readonly Answer[]) => {
    const good = answers.filter(({ status, ms }) => status === 200 && ms <= BUDGET_MS);
    const share = `${((100 * good.length) / answers.length).toFixed(0)} %`;
    const times = good.map(({ ms }) => ms);
    const span = `${quantile(times, 0.5).toFixed(0)} / ${quantile(times, 0.95).toFixed(0)}`;
    console.log(row(kind, told.join(', '), on, share, span));
  };
  print('kept connections', kept);
  print('a new connection each', fresh);
}

/** Open loop, at an even pace; what is refused is not tried again. */
async function genuineCalls({ keys, port }: Target, bodies: Uint8Array[], kept: boolean): Promise<Answer[]> {
  const askers = newAskers(port, keys.format, kept ? 4 : bodies.length);
  const answers = await Promise.all(
    bodies.map(async (body, at) => {
      await new Promise((resolve) => setTimeout(resolve, (at * 1000) / GENUINE_PER_SECOND));
      while (askers.every(({ isIdle }) => !isIdle)) await new Promise((resolve) => setTimeout(resolve, 5));
      const asker = askers.find(({ isIdle }) => isIdle);
      if (!asker) throw new Error('no connection is idle');
      const answer = await asker.ask('/v1/echo', body);
      if (!kept) {
        asker.close();
        askers.splice(askers.indexOf(asker), 1);
      }
      return answer;
    }),
  );
  for (const asker of askers) asker.close();
  return answers;
}

function newAskers(port: number, format: Format, count: number): Asker[] {
  return Array.from({ length: count }, () => new Asker(port, contentTypeOf(format)));
}

function span(values: readonly number[]): string {
  return values.length === 0
    ? '–'
    : `${quantile(values, 0.5).toFixed(0)} / ${quantile(values, 0.99).toFixed(0)}`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
