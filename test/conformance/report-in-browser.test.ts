import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { htmlReport } from '../../conformance/reports/html.ts';
import { runConformance } from '../../conformance/run/suite.ts';
import { type Fault, startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-report-'));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** No token in the text, and an answer that would like to be a script. */
const faults: Fault = {
  compose: () => (code) => `${code} is your code.`,
  finish: (right) => (reply, call) => {
    const finished = right(reply, call);
    const errorDescription = `</pre><script>document.title='taken over'</script>`;
    return reply.status === 200
      ? finished
      : { ...finished, message: { ...finished.message, errorDescription } };
  },
};

async function reportFile(): Promise<string> {
  const server = await startReferenceServer({ accounts, fault: faults });
  const only = ['send-otp/text-has-token', 'send-otp/unknown-by', 'echo/', 'sealing/payloads'];
  const source = await runConformance(configFor(server), { only, seed: 1 });
  await server.close();
  const file = join(folder, 'report.html');
  writeFileSync(file, htmlReport(source));
  return file;
}

/** The page as a browser has it after its scripts ran. */
async function open(file: string, fragment = ''): Promise<string> {
  const profile = mkdtempSync(join(folder, 'profile-'));
  const { stdout } = await run(
    'chromium',
    [
      ...[
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-sync',
      ],
      ...['--disable-background-networking', '--disable-component-update', `--user-data-dir=${profile}`],
      ...['--dump-dom', `${pathToFileURL(file)}${fragment}`],
    ],
    { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 },
  );
  return stdout;
}

interface Shown {
  /** Ids of the checks that can be seen. */
  readonly ids: readonly string[];
  readonly chapters: readonly string[];
  /** What the page says of how many that are. */
  readonly count: string | undefined;
}

function shownIn(page: string): Shown {
  const tags = [...page.matchAll(/<details class="check"[^>]*>\s*<summary>.*?<code>([^<]*)<\/code>/gs)];
  const chapters = [...page.matchAll(/<section([^>]*)>\s*<h3>([^<]*)/g)];
  return {
    ids: tags.filter(([tag]) => !/^<details [^>]*hidden/.test(tag)).map(([, id = '']) => id),
    chapters: chapters
      .filter(([, attributes]) => !attributes?.includes('hidden'))
      .map(([, , name = '']) => name),
    count: /<output>([^<]*)/.exec(page)?.[1],
  };
}

test('in a browser the report shows first what did not pass, and what is asked for', async () => {
  const file = await reportFile();
  const first = await open(file);
  const { ids, chapters, count } = shownIn(first);
  assert.deepEqual(ids.filter((id) => id.startsWith('send-otp/text')).sort(), [
    'send-otp/text-has-token',
    'send-otp/text-has-token-line',
    'send-otp/text-has-token-once',
  ]);
  assert.deepEqual(chapters, ['send-otp', 'sealing'], 'chapters of which all passed are hidden');
  assert.match(count ?? '', new RegExp(`^${ids.length} of \\d+$`));
  assert.match(first, /<title>Conformance of /, 'an answer did not run as a script');
  assert.match(first, /<pre>[^<]*→ POST \/v1\/sendOtp/, 'there is a transcript');

  const asked = shownIn(await open(file, '#find=echo-1&show=passed+failed'));
  assert.ok(asked.ids.length > 0 && asked.ids.every((id) => id.startsWith('echo/')), asked.ids.join());
  assert.deepEqual(asked.chapters, ['echo']);
  assert.deepEqual(shownIn(await open(file, '#find=nothing-like-it')).ids, []);
});
