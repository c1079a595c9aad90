import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** Threads for cryptography, of the server and of its floor alike. */
export const THREADS = availableParallelism();

/** A certificate for this run alone. */
export function makeCertificate(directory: string): void {
  const out = ['-keyout', join(directory, 'tls.key'), '-out', join(directory, 'tls.crt')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...out, ...subject],
    {
      stdio: 'ignore',
    },
  );
}

/** As the setting `http.tls.certificates` wants it. */
export function certificatesIn(directory: string) {
  const file = (name: string) => ({ file: join(directory, name) });
  return [{ certificate: file('tls.crt'), key: file('tls.key') }];
}
