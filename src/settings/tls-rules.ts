import type { Settings } from './settings.ts';
import type { SettingsRule } from './settings-rule.ts';

type Tls = Settings['http']['tls'];

/** Rules between the settings of TLS of one listener, which stand at `path`. */
export function tlsRules(path: string, tlsIn: (settings: Settings) => Tls): readonly SettingsRule[] {
  return [
    {
      about: [`${path}.clientCa`, `${path}.clientCertificates`],
      broken: (settings) => tlsIn(settings)?.clientCertificates === 'required' && !tlsIn(settings)?.clientCa,
      reason: () => 'is missing: nobody says who issues the client certificates that are required',
      accepted: 'the certificates of those who issue them [OQ-13]',
    },
    {
      about: [`${path}.clientCa`, `${path}.clientCertificates`],
      broken: (settings) =>
        tlsIn(settings)?.clientCertificates === 'off' && tlsIn(settings)?.clientCa !== undefined,
      reason: () => `has no effect while ${path}.clientCertificates is off`,
      accepted: `to leave it out, or ${path}.clientCertificates: required`,
    },
    {
      about: [`${path}.clientCertificates`, `${path}.clientCrl`, `${path}.allowedClients`],
      broken: (settings) => {
        const tls = tlsIn(settings);
        return tls?.clientCertificates === 'off' && (tls.clientCrl ?? tls.allowedClients) !== undefined;
      },
      reason: () => `is off, and ${path}.clientCrl or ${path}.allowedClients says who may not come in`,
      accepted: 'required, or neither of the two',
    },
  ];
}
