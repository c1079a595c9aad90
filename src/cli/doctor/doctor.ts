import { Command } from 'commander';
import { shown } from '../../ports/hidden-characters.ts';
import { inspectConfig } from '../../settings/load.ts';
import type { Settings } from '../../settings/settings.ts';
import { openBareListener } from '../../wiring/bare-listener.ts';
import { orStopped } from '../server/stop-signal.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import {
  examineClock,
  examineConfig,
  examineDatabases,
  examineKeys,
  examineNumberingPlans,
  examineServer,
  examineTemplates,
  isReachable,
} from './doctor-checks.ts';
import { about, examine, type Finding } from './doctor-finding.ts';
import { examineGateways } from './doctor-gateways.ts';
import { examineTls } from './doctor-tls.ts';

type DoctorOptions = Parameters<typeof configSources>[0] & {
  readonly url?: string;
  readonly clockUrl?: string;
  readonly json?: true;
};

export function doctorCommand(): Command {
  return withConfigOptions(new Command('doctor'))
    .option(
      '--url <url>',
      'https://… URL that Google calls; its TLS is checked instead of that of this machine',
    )
    .option('--clock-url <url>', 'https://… URL of a server whose clock can be trusted')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
It changes nothing and sends no text. It works with or without a running server; without one it opens a port for a
moment, to see which TLS it negotiates. With --url it checks what Google sees, including a proxy in front.

Examples:
  $ gsp-otp doctor --config gsp-otp.yaml
  $ gsp-otp doctor --config gsp-otp.yaml --url https://otp.bank.example/v1 --clock-url https://www.google.com
  $ gsp-otp doctor --config gsp-otp.yaml --json

Exit code: 1 if something does not work; 0 if there are only warnings.
`,
    )
    .action((options: DoctorOptions) =>
      orStopped(() => doctor(options), 'stopped, not everything was checked'),
    );
}

async function doctor(options: DoctorOptions): Promise<void> {
  const inspection = inspectConfig(configSources(options));
  const url = publicUrl(options.url);
  const nowMs = Date.now();
  const findings = [...examineConfig(inspection)];
  const clock = () => examineClock(options.clockUrl);
  findings.push(examineNumberingPlans());
  findings.push(...(await examine('clock', 'Name another server with --clock-url.', clock)));
  if (inspection.faults.length === 0) {
    findings.push(...(await examineRest(inspection.values as Settings, url, nowMs)));
  } else if (url !== undefined) {
    findings.push(...(await examineTls(targetOf(url, undefined), nowMs)));
  }
  process.stdout.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : asText(findings));
  const isWell = findings.every(({ verdict }) => verdict !== 'failed');
  process.exitCode = isWell ? exitCodes.done : exitCodes.failed;
}

async function examineRest(
  settings: Settings,
  url: URL | undefined,
  nowMs: number,
): Promise<readonly Finding[]> {
  const parts = [
    await examine('keys', 'gsp-otp keys check --help', () => examineKeys(settings, nowMs)),
    await examine('texts', 'gsp-otp templates check --help', () => examineTemplates(settings)),
    await examine('databases', 'See docs/operating.md.', () => examineDatabases(settings)),
    await examine('gateway', 'See sms.gateway in docs/configuration.md.', () => examineGateways(settings)),
    await examine('server', 'Is it another program?', () => examineServer(settings)),
    await examine('TLS', 'See http.tls in docs/configuration.md.', () => examineOwnTls(settings, url, nowMs)),
  ];
  return parts.flat();
}

async function examineOwnTls(
  { http, profile }: Settings,
  url: URL | undefined,
  nowMs: number,
): Promise<readonly Finding[]> {
  const { warning, skipped } = about('TLS');
  if (url !== undefined) return examineTls(targetOf(url, http.tls?.tls13), nowMs);
  if (http.tls === undefined) {
    const remedy = 'Name the address that Google calls: --url https://…';
    return [
      profile === 'production'
        ? warning('it ends in a proxy that is not looked at', remedy)
        : skipped('the methods are served over plain HTTP', remedy),
    ];
  }
  const expected = { name: undefined, tls13: http.tls.tls13 };
  const running = { host: http.host, port: http.port, ...expected };
  if (await isReachable(running)) return examineTls(running, nowMs);
  const listener = await openBareListener(http, { nowMs: () => nowMs });
  try {
    return await examineTls({ host: listener.host, port: listener.port, ...expected }, nowMs);
  } finally {
    await listener.close();
  }
}

function publicUrl(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && text.startsWith('https://')) return new URL(text);
  throw new Failure(
    `${text} is not what Google calls`,
    'Write it as https://otp.bank.example/v1.',
    exitCodes.usage,
  );
}

function targetOf({ hostname, port }: URL, tls13: boolean | undefined) {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(port || 443), name: host, tls13 };
}

const signs: Readonly<Record<Finding['verdict'], string>> = {
  ok: 'ok     ',
  warning: 'WARNING',
  failed: 'FAILED ',
  skipped: '-      ',
};

function asText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ subject, verdict, finding, remedy }) => [
    `${signs[verdict]} ${shown(subject)}: ${shown(finding)}`,
    ...(remedy === undefined || verdict === 'ok' ? [] : [`          ${shown(remedy)}`]),
  ]);
  const count = (verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict).length;
  const verdict = `Failed: ${count('failed')}. Warnings: ${count('warning')}. Not looked at: ${count('skipped')}.`;
  return `${[...lines, '', verdict].join('\n')}\n`;
}
