import { Command } from 'commander';
import { negotiate } from '../../../conformance/google/tls/negotiate.ts';
import { namedSuites } from '../../../conformance/google/tls/suites.ts';
import { diagnose } from '../../operations/doctor/diagnose.ts';
import type { Finding } from '../../operations/doctor/finding.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { inspectConfig } from '../../settings/load.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { orStopped } from './stop-signal.ts';

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
  const findings = await diagnose(inspectConfig(configSources(options)), {
    url: publicUrl(options.url),
    clockUrl: options.clockUrl,
    nowMs: Date.now(),
    tls: { namedSuites: Object.keys(namedSuites), negotiate },
  });
  process.stdout.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : asText(findings));
  const isWell = findings.every(({ verdict }) => verdict !== 'failed');
  process.exitCode = isWell ? exitCodes.done : exitCodes.failed;
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
