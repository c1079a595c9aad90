import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

interface CertificateOrder {
  /** Default `ec`, which is made in no time. */
  readonly kind?: 'rsa' | 'ec';
  /** Default `localhost`. */
  readonly name?: string;
  /** Whose key signs it; `undefined`: its own. */
  readonly issuer?: TestCertificate;
  readonly passphrase?: string;
  /** Default 2048. */
  readonly rsaBits?: number;
  /** Whether it may issue others. Default: as openssl has it. */
  readonly authority?: boolean;
  /** Where it says that its issuer's certificate is. */
  readonly issuerUrl?: string;
}

/** Makes a certificate that is valid for 30 days from now, with openssl. */
export function makeCertificate(order: CertificateOrder = {}): TestCertificate {
  const { kind = 'ec', name = 'localhost', issuer, passphrase, rsaBits = 2048, issuerUrl } = order;
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

interface RevocationOrder {
  readonly revoked?: readonly TestCertificate[];
  /** Default 30; below 0, its next update was due so long ago. */
  readonly days?: number;
  /** From when it is in force. Default: a day ago, or before it was due. */
  readonly fromDays?: number;
}

/** The revocation list of an authority, in PEM, with openssl. */
export function makeRevocationList(
  issuer: TestCertificate,
  { revoked = [], days = 30, fromDays = Math.min(0, days) - 1 }: RevocationOrder = {},
): string {
  const directory = mkdtempSync(join(tmpdir(), 'gsp-otp-revocation-'));
  const file = (part: string) => join(directory, part);
  const moment = (inDays: number) =>
    `${new Date(Date.now() + inDays * 86_400_000).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
  const rows = revoked.map(({ certificate }) => {
    const { serialNumber } = new X509Certificate(certificate);
    return `R\t${moment(30).slice(2)}\t${moment(-1).slice(2)}\t${serialNumber}\tunknown\t/CN=revoked\n`;
  });
  try {
    writeFileSync(file('issuer'), issuer.certificate);
    writeFileSync(file('issuer-key'), issuer.key);
    writeFileSync(file('index'), rows.join(''));
    writeFileSync(file('config'), `[ca]\ndefault_ca=a\n[a]\ndatabase=${file('index')}\ndefault_md=sha256\n`);
    const times = ['-crl_lastupdate', moment(fromDays), '-crl_nextupdate', moment(days)];
    execFileSync(
      'openssl',
      [
        ...['ca', '-config', file('config'), '-gencrl', '-cert', file('issuer')],
        ...['-keyfile', file('issuer-key'), ...times, '-out', file('list')],
      ],
      { stdio: 'pipe' },
    );
    return readFileSync(file('list'), 'utf8');
  } finally {
    rmSync(directory, { recursive: true });
  }
}
