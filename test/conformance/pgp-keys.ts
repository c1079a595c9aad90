import * as openpgp from 'openpgp';
import { onceARun } from '../support/once-a-run.ts';

const yearSeconds = 365 * 86_400;

async function generate(name: string, ageYears = 0): Promise<openpgp.PrivateKey> {
  const armoredKey = await onceARun(`${name}.asc`, async () => {
    const { privateKey } = await openpgp.generateKey({
      type: 'rsa',
      rsaBits: 2048,
      userIDs: [{ name }],
      date: new Date(Date.now() - (ageYears * yearSeconds + 60) * 1000),
      keyExpirationTime: yearSeconds,
      config: { preferredHashAlgorithm: openpgp.enums.hash.sha384 },
    });
    return privateKey;
  });
  return openpgp.readPrivateKey({ armoredKey });
}

/** Keys of both sides. */
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
