import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

interface CertificateOrder {
  /** Default `rsa`. */
  readonly kind?: 'rsa' | 'ec';
  /** Default `localhost`. */
  readonly name?: string;
  /** Whose key signs it; `undefined`: its own. */
  readonly issuer?: TestCertificate;
  readonly passphrase?: string;
  readonly rsaBits?: number;
  /** Whether it may issue others. Default: as openssl has it. */
  readonly authority?: boolean;
  /** Where it says that its issuer's certificate is. */
  readonly issuerUrl?: string;
}

/** Makes a certificate that is valid for 30 days from now, with openssl. */
export function makeCertificate(order: CertificateOrder = {}): TestCertificate {
  const { kind = 'rsa', name = 'localhost', issuer, passphrase, rsaBits = 2048, issuerUrl } = order;
  const directory = mkdtempSync(join(tmpdir(), 'gsp-otp-certificate-'));
  const file = (part: string) => join(directory, part);
  const newKey = kind === 'rsa' ? [`rsa:${rsaBits}`] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const protection = passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`];
  const names = ['-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`];
  // A certificate that openssl issues to itself may issue others.
  if (issuer !== undefined && !order.authority) names.push('-addext', 'basicConstraints=critical,CA:false');
  if (issuerUrl !== undefined) names.push('-addext', `authorityInfoAccess=caIssuers;URI:${issuerUrl}`);
  try {
    const signer = issuer === undefined ? [] : ['-CA', file('issuer'), '-CAkey', file('issuer-key')];
    if (issuer) {
      writeFileSync(file('issuer'), issuer.certificate);
      writeFileSync(file('issuer-key'), issuer.key);
    }
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', ...newKey, ...protection, ...signer, '-days', '30'],
        ...['-subj', `/CN=${name}`, ...names, '-keyout', file('key'), '-out', file('certificate')],
      ],
      { stdio: 'pipe' },
    );
    return { certificate: readFileSync(file('certificate'), 'utf8'), key: readFileSync(file('key'), 'utf8') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
