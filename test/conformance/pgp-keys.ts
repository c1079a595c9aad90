import * as openpgp from 'openpgp';

const yearSeconds = 365 * 86_400;

async function generate(name: string, ageYears = 0): Promise<openpgp.PrivateKey> {
  const { privateKey } = await openpgp.generateKey({
    type: 'rsa',
    rsaBits: 2048,
    userIDs: [{ name }],
    date: new Date(Date.now() - (ageYears * yearSeconds + 60) * 1000),
    keyExpirationTime: yearSeconds,
    config: { preferredHashAlgorithm: openpgp.enums.hash.sha384 },
    format: 'object',
  });
  return privateKey;
}

/** Keys of both sides, made once for all tests of a process. */
export const pgpKeys = (async () => {
  const [google, google2, expired, doomed, integrator, integrator2] = await Promise.all([
    generate('Google'),
    generate('Google, second'),
    generate('Google, of last year', 2),
    generate('Google, stolen'),
    generate('integrator'),
    generate('integrator, second'),
  ]);
  const { privateKey: revoked } = await openpgp.revokeKey({
    key: doomed,
    reasonForRevocation: { flag: openpgp.enums.reasonForRevocation.keyCompromised },
    format: 'object',
  });
  return { google, google2, expired, revoked, integrator, integrator2 };
})();
