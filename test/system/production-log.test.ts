import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { runCli, startCli } from '../support/cli-process.ts';
import { productionConfig } from '../support/production-config.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** A production server, and what it writes: both streams in one, as a collector has them. */
async function serveProduction(t: TestContext) {
  const { file, settings } = await productionConfig(t);
  const child = startCli(['serve', '--config', file, '--new-store']);
  t.after(() => child.kill('SIGKILL'));
  const lines: Record<string, unknown>[] = [];
  const waiting = new Map<string, (line: Record<string, unknown>) => void>();
  const faults: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (text) => {
      try {
        const line = JSON.parse(text) as Record<string, unknown>;
        lines.push(line);
        waiting.get(String(line['msg']))?.(line);
      } catch {
        faults.push(text);
      }
    });
  }
  const line = (msg: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      waiting.set(msg, resolve);
      child.once('close', () =>
        reject(new Error(`ended without ${msg}: ${JSON.stringify(lines)} ${faults}`)),
      );
    });
  return { child, file, settings, lines, faults, line };
}

test('all that a production server writes is its log: start, reloads, stop, with names of levels', async (t) => {
  const { child, file, settings, lines, faults, line } = await serveProduction(t);
  const started = await line('started');
  assert.deepEqual(
    ['level', 'version', 'profile', 'bodies', 'texts'].map((name) => started[name]),
    ['info', version, 'production', ['pgp'], 'http'],
  );
  const operator = String(started['operator']);
  const ask = async (path: string) => (await fetch(`${operator}${path}`)).text();
  const ready = async () => JSON.parse(await ask('/health/ready'));
  assert.equal((await ready()).version, version);
  const metric = async (name: string) =>
    new RegExp(`^gsp_otp_${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(await ask('/metrics'))?.[1];
  assert.equal(await metric('config_last_reload_successful'), '1');
  const succeededAt = Number(await metric('config_last_reload_success_timestamp_seconds'));
  assert.ok(Math.abs(succeededAt - Date.now() / 1000) < 600);
  assert.equal(await metric('build_info'), '1');
  assert.match(await ask('/metrics'), new RegExp(`^gsp_otp_build_info{version="${version}",node="v`, 'm'));
  const daysLeft = /^gsp_otp_days_left{kind="pgp",purpose="decrypt",name="[0-9a-f]{16}"} (\S+)$/m;
  const days = Number(daysLeft.exec(await ask('/metrics'))?.[1]);
  assert.ok(days > 364 && days < 366, String(days));

  writeFileSync(file, '{"profile": "production", "htpp": {}}');
  child.kill('SIGHUP');
  const failed = await line('reload failed');
  assert.equal(failed['level'], 'error');
  assert.match(String(failed['reason']), /htpp: is not a setting/);
  assert.equal(await metric('config_last_reload_successful'), '0');
  const configuration = async () =>
    (await ready()).checks.find(({ name }: { readonly name: string }) => name === 'configuration');
  const { status, warnings } = await configuration();
  assert.equal(status, 'ok', 'what was in force before still serves');
  assert.match(warnings[0], /^the reload of 20.* failed, and what was in force before still is: .*htpp/);

  writeFileSync(file, JSON.stringify({ ...settings, requests: { budgetMs: 2400 } }));
  child.kill('SIGHUP');
  const reloaded = await line('reloaded');
  assert.deepEqual(reloaded['settingsThatWait'], ['requests.budgetMs']);
  assert.notEqual(reloaded['configuration'], started['configuration']);
  assert.equal(await metric('config_last_reload_successful'), '1');
  assert.equal((await configuration()).warnings, undefined);

  const ended = once(child, 'close');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(
    lines.slice(-2).map(({ msg, reason }) => [msg, reason]),
    [
      ['stopping', 'SIGTERM'],
      ['stopped', undefined],
    ],
  );
  assert.deepEqual(faults, []);
});

test('a production server that can not start says so in its log', async (t) => {
  const { file, settings } = await productionConfig(t, { htpp: {} });
  for (const [text, code, reason] of [
    [undefined, 2, /htpp: is not a setting/],
    // Nothing listens there for anybody.
    [
      { ...settings, htpp: undefined, operator: { host: '192.0.2.1', privateNetwork: true } },
      1,
      /192\.0\.2\.1/,
    ],
  ] as const) {
    if (text !== undefined) writeFileSync(file, JSON.stringify(text));
    const ended = await runCli(['serve', '--config', file, '--new-store']);
    assert.equal(ended.code, code, ended.stderr);
    assert.equal(ended.stderr, '');
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { level, msg, reason: told } = lines.at(-1);
    assert.deepEqual([level, msg], ['fatal', 'not started']);
    assert.match(told, reason);
  }
});

test('people at a sandbox read what they always did', async (t) => {
  const { file } = await productionConfig(t, { profile: 'sandbox', htpp: {} });
  const { code, stdout, stderr } = await runCli(['serve', '--config', file]);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^htpp: is not a setting/);
});
