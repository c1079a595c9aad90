/** TLS 1.2 cipher suites by their number in the IANA registry, under OpenSSL's names. */
export type Suites = Readonly<Record<string, number>>;

/** The only ones that the protocol names. [TLS-2] */
export const namedSuites: Suites = {
  'ECDHE-ECDSA-AES128-GCM-SHA256': 0xc02b,
  'ECDHE-RSA-AES128-GCM-SHA256': 0xc02f,
  'ECDHE-ECDSA-CHACHA20-POLY1305': 0xcca9,
  'ECDHE-RSA-CHACHA20-POLY1305': 0xcca8,
  'ECDHE-ECDSA-AES128-SHA256': 0xc023,
  'ECDHE-RSA-AES128-SHA256': 0xc027,
};

/** Without encryption, without a certificate, or with a key or cipher that can be broken. */
export const brokenSuites: Suites = {
  'NULL-MD5': 0x0001,
  'NULL-SHA': 0x0002,
  'NULL-SHA256': 0x003b,
  'ECDHE-RSA-NULL-SHA': 0xc010,
  'ECDHE-ECDSA-NULL-SHA': 0xc006,
  'AECDH-NULL-SHA': 0xc015,
  'ADH-AES128-SHA': 0x0034,
  'ADH-AES256-SHA': 0x003a,
  'ADH-AES128-GCM-SHA256': 0x00a6,
  'AECDH-AES128-SHA': 0xc018,
  'AECDH-AES256-SHA': 0xc019,
  'EXP-RC4-MD5': 0x0003,
  'EXP-DES-CBC-SHA': 0x0008,
  'DES-CBC-SHA': 0x0009,
};

/** Once usual, since found weak. */
export const weakSuites: Suites = {
  'RC4-MD5': 0x0004,
  'RC4-SHA': 0x0005,
  'ECDHE-RSA-RC4-SHA': 0xc011,
  'ECDHE-ECDSA-RC4-SHA': 0xc007,
  'DES-CBC3-SHA': 0x000a,
  'EDH-RSA-DES-CBC3-SHA': 0x0016,
  'ECDHE-RSA-DES-CBC3-SHA': 0xc012,
  'IDEA-CBC-SHA': 0x0007,
  'SEED-SHA': 0x0096,
};

/** Key exchange with the certificate's key: whoever gets it can read everything that was recorded. */
export const staticKeySuites: Suites = {
  'AES128-GCM-SHA256': 0x009c,
  'AES256-GCM-SHA384': 0x009d,
  'AES128-SHA256': 0x003c,
  'AES256-SHA256': 0x003d,
  'AES128-SHA': 0x002f,
  'AES256-SHA': 0x0035,
  'CAMELLIA128-SHA': 0x0041,
};

/** Sound enough, but not named by the protocol. */
export const otherSuites: Suites = {
  'ECDHE-RSA-AES128-SHA': 0xc013,
  'ECDHE-RSA-AES256-SHA': 0xc014,
  'ECDHE-ECDSA-AES128-SHA': 0xc009,
  'ECDHE-ECDSA-AES256-SHA': 0xc00a,
  'ECDHE-RSA-AES256-GCM-SHA384': 0xc030,
  'ECDHE-ECDSA-AES256-GCM-SHA384': 0xc02c,
  'ECDHE-RSA-AES256-SHA384': 0xc028,
  'ECDHE-ECDSA-AES256-SHA384': 0xc024,
  'DHE-RSA-AES128-GCM-SHA256': 0x009e,
  'DHE-RSA-AES256-GCM-SHA384': 0x009f,
  'DHE-RSA-AES128-SHA256': 0x0067,
  'DHE-RSA-AES128-SHA': 0x0033,
  'DHE-RSA-CHACHA20-POLY1305': 0xccaa,
};

export function suiteName(number: number): string {
  const all = { ...namedSuites, ...brokenSuites, ...weakSuites, ...staticKeySuites, ...otherSuites };
  return Object.entries(all).find(([, value]) => value === number)?.[0] ?? `0x${number.toString(16)}`;
}
