const BEGIN = '-----BEGIN PGP MESSAGE-----';
const END = '-----END PGP MESSAGE-----';
const HEADER_LINES_MAX = 8;
const HEADER_LINE = /^[A-Za-z]{1,32}: [\x20-\x7e]{0,200}$/;
const DATA_LINE = /^[A-Za-z0-9+/]{1,80}={0,2}$/;
const CHECKSUM_LINE = /^=[A-Za-z0-9+/]{4}$/;

/** Whether bytes are ASCII armor; a binary message can't begin like it. [OQ-16] */
export function isArmored(bytes: Buffer): boolean {
  return bytes.subarray(0, BEGIN.length).toString('latin1') === BEGIN;
}

/**
 * The message within ASCII armor (RFC 4880 section 6.2). `undefined`: it is not exactly one armored message, or its
 * checksum is wrong. The checksum may be missing.
 */
export function readArmor(bytes: Buffer): Buffer | undefined {
  const lines = bytes.toString('latin1').split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  if (lines.shift() !== BEGIN || lines.pop() !== END) return undefined;
  const headerLines = lines.findIndex((line) => line.trim() === '');
  if (headerLines < 0 || headerLines > HEADER_LINES_MAX) return undefined;
  if (!lines.slice(0, headerLines).every((line) => HEADER_LINE.test(line))) return undefined;

  const dataLines = lines.slice(headerLines + 1);
  const checksum = CHECKSUM_LINE.test(dataLines.at(-1) ?? '') ? dataLines.pop() : undefined;
  const last = dataLines.length - 1;
  if (!dataLines.every((line, at) => DATA_LINE.test(line) && (at === last || !line.endsWith('='))))
    return undefined;
  const text = dataLines.join('');
  const data = Buffer.from(text, 'base64');
  if (data.toString('base64') !== text) return undefined;
  return checksum === undefined || checksum === checksumLine(data) ? data : undefined;
}

/** ASCII armor with checksum, lines of 64 characters and a line break at the end. */
export function writeArmor(data: Buffer): Buffer {
  const lines = data.toString('base64').match(/.{1,64}/g) ?? [];
  return Buffer.from([BEGIN, '', ...lines, checksumLine(data), END, ''].join('\n'), 'latin1');
}

/** CRC-24 of RFC 4880 section 6.1. It finds slips of a hand, not attacks. */
function checksumLine(data: Buffer): string {
  let crc = 0xb704ce;
  for (const byte of data) crc = ((crc << 8) & 0xffffff) ^ (CRC_OF_BYTES[(crc >> 16) ^ byte] ?? 0);
  return `=${Buffer.from([crc >> 16, crc >> 8, crc]).toString('base64')}`;
}

/** What each byte at the top does to the rest, so that a long body costs little before anything else is known of it. */
const CRC_OF_BYTES = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 16;
  for (let bit = 0; bit < 8; bit += 1) {
    crc <<= 1;
    if (crc & 0x1000000) crc ^= 0x1864cfb;
  }
  return crc;
});
