/** Makes the keys in keys/ anew, with node:crypto alone. The tests that hold messages made with them need none. */
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const MARCH_2026 = Date.UTC(2026, 2, 1) / 1000;
const OCTOBER_2026 = Date.UTC(2026, 9, 1) / 1000;
const YEAR = 365 * 86_400;

const sign = { use: 'sig', alg: 'RS256' };
const decrypt = { use: 'enc', alg: 'RSA-OAEP-256' };

for (const owner of ['own', 'google', 'stranger']) {
  save(owner, owner, MARCH_2026, MARCH_2026 + YEAR, [sign, decrypt]);
}
for (const owner of ['own', 'google']) {
  save(`${owner}-next`, `${owner}-next`, OCTOBER_2026, OCTOBER_2026 + YEAR, [sign, decrypt]);
  save(`${owner}-expired`, `${owner}-expired`, OCTOBER_2026 - YEAR, OCTOBER_2026, [sign, decrypt]);
  save(`${owner}-es256`, `${owner}-es256`, MARCH_2026, MARCH_2026 + YEAR, [{ use: 'sig', alg: 'ES256' }]);
  save(`${owner}-ps256`, `${owner}-ps256`, MARCH_2026, MARCH_2026 + YEAR, [{ use: 'sig', alg: 'PS256' }]);
  save(`${owner}-older`, `${owner}-older`, MARCH_2026, MARCH_2026 + YEAR, [{ use: 'enc', alg: 'RSA1_5' }]);
}

function save(
  file: string,
  name: string,
  nbf: number,
  exp: number,
  kinds: readonly { readonly use: string; readonly alg: string }[],
): void {
  const keys = kinds.map(({ use, alg }) => ({ kid: `${name}-${use}`, use, alg, nbf, exp, ...generate(alg) }));
  write(`${file}.private`, keys);
  write(
    `${file}.public`,
    keys.map(({ d, p, q, dp, dq, qi, ...publicKey }) => publicKey),
  );
}

function generate(alg: string): JsonWebKey {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ format: 'jwk' });
}

function write(name: string, keys: readonly object[]): void {
  writeFileSync(new URL(`keys/${name}.json`, import.meta.url), `${JSON.stringify({ keys }, null, 2)}\n`);
}
