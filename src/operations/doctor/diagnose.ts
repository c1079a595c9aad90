import type { ConfigInspection } from '../../settings/load.ts';
import type { Settings } from '../../settings/settings.ts';
import { openBareListener } from '../../wiring/bare-listener.ts';
import { storeOf } from '../../wiring/data-kinds.ts';
import {
  examineClock,
  examineConfig,
  examineDatabases,
  examineKeys,
  examineNumberingPlans,
  examineServer,
  examineTemplates,
  isReachable,
} from './checks.ts';
import { examineDirectory } from './directory.ts';
import { about, examine, type Finding } from './finding.ts';
import { examineGateways } from './gateways.ts';
import { examineTls, type TlsProbe } from './tls.ts';

export interface DiagnosisTerms {
  /** What Google calls; its TLS is looked at. `undefined`: that of this machine is. */
  readonly url: URL | undefined;
  /** A server that is trusted to know the time; `undefined`: only the system is asked. */
  readonly clockUrl: string | undefined;
  readonly nowMs: number;
  readonly tls: TlsProbe;
}

/**
 * Examines all that a server needs, with a running one or without; where none listens, a port is opened for a moment. Changes
 * nothing and sends no text. What can't be examined is a finding too: where the configuration has faults, only itself, the
 * clock and the TLS of `url` are looked at.
 */
export async function diagnose(
  inspection: ConfigInspection,
  terms: DiagnosisTerms,
): Promise<readonly Finding[]> {
  const clock = () => examineClock(terms.clockUrl);
  const findings = [
    ...examineConfig(inspection),
    examineNumberingPlans(),
    ...(await examine('clock', 'Name another server with --clock-url.', clock)),
  ];
  if (inspection.faults.length === 0) {
    return [...findings, ...(await examineSettings(inspection.values as Settings, terms))];
  }
  if (terms.url === undefined) return findings;
  return [...findings, ...(await examineTls(targetOf(terms.url, undefined), terms.tls, terms.nowMs))];
}

async function examineSettings(settings: Settings, terms: DiagnosisTerms): Promise<readonly Finding[]> {
  const parts = [
    await examine('keys', 'gsp-otp keys check --help', () => examineKeys(settings, terms.nowMs)),
    await examine('texts', 'gsp-otp templates check --help', () => examineTemplates(settings)),
    await examine('databases', whereToRead(settings), () => examineDatabases(settings)),
    await examine('directory', 'See docs/directories.md; gsp-otp directory lookup --help', () =>
      examineDirectory(settings),
    ),
    await examine('gateway', 'See sms.gateway in docs/configuration.md.', () => examineGateways(settings)),
    await examine('server', 'Is it another program?', () => examineServer(settings)),
    await examine('TLS', 'See http.tls in docs/configuration.md.', () => examineTlsOf(settings, terms)),
  ];
  return parts.flat();
}

/** What is wrong at a database server says itself what mends it. */
function whereToRead(settings: Settings): string {
  return storeOf(settings).row.file ? 'See docs/operating.md.' : 'See PostgreSQL in docs/operating.md.';
}

async function examineTlsOf(
  { http, profile }: Settings,
  { url, nowMs, tls }: DiagnosisTerms,
): Promise<readonly Finding[]> {
  const { warning, skipped } = about('TLS');
  if (url !== undefined) return examineTls(targetOf(url, http.tls?.tls13), tls, nowMs);
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
  if (await isReachable(running)) return examineTls(running, tls, nowMs);
  const listener = await openBareListener(http, { nowMs: () => nowMs });
  try {
    return await examineTls({ host: listener.host, port: listener.port, ...expected }, tls, nowMs);
  } finally {
    await listener.close();
  }
}

function targetOf({ hostname, port }: URL, tls13: boolean | undefined) {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(port || 443), name: host, tls13 };
}
