import { type KeyObject, verify, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { CertificateError } from './certificates.ts';

/** A list of certificates that an authority takes back. */
export interface RevocationList {
  readonly name: string;
  readonly pem: string;
  /** The distinguished name of whoever made it: DER, in hexadecimal. */
  readonly issuer: string;
  readonly validFromMs: number;
  /** Its next update is due; from then on nobody whom the authority certified is let in. `undefined`: it says none. */
  readonly expiresAtMs: number | undefined;
}

/** Throws `CertificateError` if an authority's newest list is older than that in force: it may lack what was revoked since. */
export function refuseOlderLists(lists: readonly RevocationList[], inForce: readonly RevocationList[]): void {
  for (const { name, issuer } of lists) {
    const newest = (among: readonly RevocationList[]) =>
      Math.max(...among.filter((list) => list.issuer === issuer).map(({ validFromMs }) => validFromMs));
    const [nextMs, presentMs] = [newest(lists), newest(inForce)];
    if (nextMs >= presentMs) continue;
    const [next, present] = [nextMs, presentMs].map((atMs) => new Date(atMs).toISOString());
    throw fault(name, `is of ${next}, and that in force of ${present}`, 'one that is no older');
  }
}

const BLOCK = /-----BEGIN X509 CRL-----[\s\S]*?-----END X509 CRL-----/g;

/**
 * Reads lists in PEM, and checks that they are in force and that each of the authorities has one that it signed: OpenSSL
 * refuses whomever an authority without a list certified. Throws `CertificateError`.
 */
export function readRevocationLists(
  sources: readonly { readonly name: string; readonly text: string }[],
  authorities: string,
  nowMs: number,
): readonly RevocationList[] {
  const lists = sources.flatMap(({ name, text }) => {
    const blocks = text.match(BLOCK) ?? [];
    if (blocks.length === 0) throw fault(name, 'is none', 'PEM that begins with BEGIN X509 CRL, or DER');
    return blocks.map((pem) => readList(name, pem, nowMs));
  });
  for (const authority of authorities.match(/-----BEGIN CERT[\s\S]*?-----END CERTIFICATE-----/g) ?? []) {
    const certificate = new X509Certificate(authority);
    const subject = certificate.subject.replaceAll('\n', ', ');
    const own = lists.filter(({ issuer }) => issuer === namesOf(certificate.raw).subject);
    const [named] = own;
    if (!named) {
      const reason = `the revocation lists of the client certificates lack one by ${subject}`;
      throw new CertificateError(reason, 'one by each authority');
    }
    if (!own.some(({ isSignedBy }) => isSignedBy(certificate.publicKey))) {
      throw fault(named.name, `is not signed by ${subject}, whose name it bears`, 'its own list');
    }
  }
  return lists;
}

function readList(name: string, pem: string, nowMs: number) {
  const base64 = pem.replace(/-----[^-]+-----/g, '');
  try {
    createSecureContext({ crl: pem });
    const { issuer, thisUpdate, nextUpdate, isSignedBy } = readFields(Buffer.from(base64, 'base64'));
    const validFromMs = momentOf(thisUpdate);
    const expiresAtMs = nextUpdate && momentOf(nextUpdate);
    if (expiresAtMs !== undefined && expiresAtMs <= nowMs) {
      const due = new Date(expiresAtMs).toISOString();
      throw fault(name, `expired: its next update was due ${due}`, 'one that is in force');
    }
    if (validFromMs > nowMs) {
      const from = new Date(validFromMs).toISOString();
      throw fault(name, `is not in force before ${from}`, 'one that is in force');
    }
    return { name, pem, validFromMs, expiresAtMs, issuer: issuer.whole.toString('hex'), isSignedBy };
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw fault(name, 'can not be read', 'PEM that begins with BEGIN X509 CRL, or DER');
  }
}

/** One value of DER: what it is, its content, and all of it. */
interface Value {
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

const INTEGER = 0x02;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
/** The version of a certificate. */
const EXPLICIT_0 = 0xa0;

/** By the content of its object identifier, in hexadecimal: what is hashed with. `null`: the signature says itself. */
const HASHES: Readonly<Record<string, string | null>> = {
  '2a864886f70d01010b': 'sha256', // with RSA
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256', // ECDSA
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null, // Ed25519
  '2b6571': null, // Ed448
};

/** RFC 5280, 5.1: version OPTIONAL, signature, issuer, thisUpdate, nextUpdate OPTIONAL, … */
function readFields(list: Buffer) {
  const [toBeSigned, algorithm, signature] = valuesIn(only(list).content).map(required);
  const fields = valuesIn(required(toBeSigned).content).filter(({ tag }) => tag !== INTEGER);
  const [, issuer, thisUpdate, next] = fields;
  const nextUpdate = next && (next.tag === UTC_TIME || next.tag === GENERALIZED_TIME) ? next : undefined;
  const hash = HASHES[only(required(algorithm).content).content.toString('hex')];
  /** Of an algorithm that isn't known here, OpenSSL judges alone. */
  const isSignedBy = (key: KeyObject) =>
    hash === undefined ||
    verify(hash, required(toBeSigned).whole, key, required(signature).content.subarray(1));
  return { issuer: required(issuer), thisUpdate: required(thisUpdate), nextUpdate, isSignedBy };
}

/**
 * Who issued a certificate, and to whom: DER, in hexadecimal. RFC 5280, 4.1: version, serialNumber, signature, issuer,
 * validity, subject, …
 */
export function namesOf(certificate: Buffer): { readonly issuer: string; readonly subject: string } {
  const [toBeSigned] = valuesIn(only(certificate).content);
  const fields = valuesIn(required(toBeSigned).content).filter(({ tag }) => tag !== EXPLICIT_0);
  const name = (at: number) => required(fields[at]).whole.toString('hex');
  return { issuer: name(2), subject: name(4) };
}

function only(bytes: Buffer): Value {
  const [value] = valuesIn(bytes);
  return required(value);
}

function required(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('a value is missing');
  return value;
}

function valuesIn(bytes: Buffer): readonly Value[] {
  const values: Value[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at);
    const first = bytes.readUInt8(at + 1);
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    if (start + length > bytes.length) throw new RangeError('a value goes on beyond the end');
    values.push({
      tag,
      content: bytes.subarray(start, start + length),
      whole: bytes.subarray(at, start + length),
    });
    at = start + length;
  }
  return values;
}

/** `YYMMDDHHMMSSZ` until 2049, `YYYYMMDDHHMMSSZ` from 2050. */
function momentOf({ tag, content }: Value): number {
  const text = content.toString('latin1');
  const century = Number(text.slice(0, 2)) < 50 ? '20' : '19';
  const digits = tag === UTC_TIME ? `${century}${text}` : text;
  const iso = digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const moment = Date.parse(iso);
  if (Number.isNaN(moment)) throw new TypeError('a time is none');
  return moment;
}

function fault(name: string, reason: string, accepted: string): CertificateError {
  return new CertificateError(`the revocation list ${name} ${reason}`, accepted, name);
}
