import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Secret } from '../ports/secret.ts';

/** A server certificate as it is kept. */
export interface CertificateSource {
  /** What messages call it. */
  readonly name: string;
  /** PEM: the certificate, then those between it and its root. */
  readonly certificate: string;
  /** PEM. */
  readonly key: Secret;
  /** `undefined`: the key has none. */
  readonly passphrase?: Secret | undefined;
}

/** A server certificate that can be used, with its key. */
export interface ServerCertificate {
  readonly name: string;
  /** PEM, the whole chain. */
  readonly chain: string;
  /** PEM, not protected any more. */
  readonly key: Secret;
  readonly keyType: 'rsa' | 'ec';
  readonly leaf: X509Certificate;
  readonly expiresAtMs: number;
}

/** A certificate can't be used. The message says which and why. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  /** What would be. */
  readonly accepted: string;
  /** Name of the source that is at fault; `undefined`: none by itself. */
  readonly source: string | undefined;

  constructor(message: string, accepted: string, source?: string) {
    super(message);
    this.accepted = accepted;
    this.source = source;
  }
}

const RSA_BITS_MIN = 2048;

/**
 * Reads certificates and keys and checks that they belong together, are valid now and of a kind that the suites of
 * TLS-2 can use. Throws `CertificateError`.
 */
export function readCertificates(
  sources: readonly CertificateSource[],
  nowMs: number,
): readonly ServerCertificate[] {
  const certificates = sources.map((source) => readCertificate(source, nowMs));
  const [first, second] = certificates;
  if (first?.keyType === second?.keyType && first && second) {
    const kind = first.keyType === 'rsa' ? 'RSA' : 'ECDSA';
    throw new CertificateError(
      `${first.name} and ${second.name} both have ${kind} keys`,
      'one RSA and one ECDSA key',
    );
  }
  return certificates;
}

/**
 * Throws `CertificateError` unless the text holds certificates in PEM, among them a root: OpenSSL trusts nobody whose
 * chain doesn't end in one. With `nowMs`, one that is in force then.
 */
export function readAuthorities(name: string, authorities: string, nowMs?: number): string {
  const parts = authorities.split(/(?<=-----END CERTIFICATE-----)\s*/).filter(Boolean);
  const roots = parts
    .map((part) => readLeaf({ name, certificate: part }))
    .filter((one) => one.subject === one.issuer && one.verify(one.publicKey));
  const [root] = roots;
  if (!root) throw refused(name, 'has no root, and so vouches for nobody', 'it with the root above it');
  const isInForce = ({ validFromDate, validToDate }: X509Certificate) =>
    nowMs === undefined || (validFromDate.getTime() <= nowMs && nowMs < validToDate.getTime());
  if (!roots.some(isInForce)) {
    const { validFrom, validTo } = root;
    throw refused(name, `is in force from ${validFrom} to ${validTo}`, 'one that is in force now');
  }
  return authorities;
}

function readCertificate(source: CertificateSource, nowMs: number): ServerCertificate {
  const { name, certificate: chain } = source;
  const leaf = readLeaf(source);
  const key = readKey(source);
  if (!leaf.checkPrivateKey(key)) {
    throw refused(name, 'and its key do not belong together', 'the key that it was made for');
  }
  const expiresAtMs = leaf.validToDate.getTime();
  if (expiresAtMs <= nowMs) throw refused(name, `expired on ${leaf.validTo}`, 'one that is valid');
  if (leaf.validFromDate.getTime() > nowMs) {
    throw refused(name, `is not valid before ${leaf.validFrom}`, 'one that is valid now');
  }
  const pem = String(key.export({ format: 'pem', type: 'pkcs8' }));
  return { name, chain, key: new Secret(pem), keyType: keyTypeOf(name, key), leaf, expiresAtMs };
}

function readLeaf({ name, certificate }: Pick<CertificateSource, 'name' | 'certificate'>): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch {
    const accepted = 'PEM, from BEGIN CERTIFICATE to END CERTIFICATE';
    if (!certificate.includes(BEGIN)) throw refused(name, 'is no certificate in PEM', accepted);
    throw refused(name, certificate.includes(END) ? 'is damaged' : 'is cut off', accepted);
  }
}

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** How a key in PEM says that it is encrypted: in PKCS#8 and in the older form. */
const LOCKED = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

function readKey({ name, key, passphrase }: CertificateSource): KeyObject {
  try {
    return createPrivateKey({ key: key.reveal(), format: 'pem', passphrase: passphrase?.reveal() ?? '' });
  } catch {
    // Not by the error: one wrong passphrase in 256 opens a key to something that is none.
    if (!LOCKED.test(key.reveal()))
      throw refused(name, 'has no private key beside it', 'PEM that begins with BEGIN PRIVATE KEY');
    if (passphrase === undefined)
      throw refused(name, 'has a key that needs a passphrase, and none is given', 'its passphrase');
    throw refused(name, 'has a key that this passphrase does not open', 'the passphrase of this key');
  }
}

function keyTypeOf(name: string, key: KeyObject): 'rsa' | 'ec' {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType === 'ec') return 'ec';
  if (key.asymmetricKeyType === 'rsa' && bits >= RSA_BITS_MIN) return 'rsa';
  const kind = bits === 0 ? `a key of type ${key.asymmetricKeyType}` : `an RSA key of ${bits} bits`;
  throw refused(name, `has ${kind}`, `RSA of ${RSA_BITS_MIN} bits or more, or ECDSA [TLS-2]`);
}

function refused(name: string, fault: string, accepted: string): CertificateError {
  return new CertificateError(`the certificate ${name} ${fault}`, accepted, name);
}
