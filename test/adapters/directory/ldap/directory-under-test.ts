import { randomUUID } from 'node:crypto';
import type { LdapDirectorySettings } from '../../../../src/adapters/directory/ldap/settings.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import type { KnownAccount } from '../../../contracts/directory/directory-factory.ts';
import { ADMIN, BASE, PASSWORD, type SlapdServer } from '../../../support/slapd.ts';

/** A branch of a directory, in which there is nobody yet. */
export interface Branch {
  readonly settings: LdapDirectorySettings;
  fill(accounts: readonly KnownAccount[]): Promise<void>;
  /** Adds one entry as it is. */
  add(uid: string, attributes: Readonly<Record<string, string | string[]>>): Promise<void>;
}

export async function newBranch(server: SlapdServer): Promise<Branch> {
  const name = `ou=${randomUUID()},${BASE}`;
  await server.write((client) => client.add(name, { objectClass: 'organizationalUnit' }));
  const entry = (uid: string) =>
    `uid=${uid.replace(
      /[^A-Za-z0-9]/g,
      (one) =>
        `\\${Buffer.from(one)
          .toString('hex')
          .replace(/..(?!$)/g, '$&\\')}`,
    )},${name}`;
  return {
    settings: {
      kind: 'ldap',
      url: `ldap://127.0.0.1:${server.port}`,
      ...{ startTls: false, privateLink: true },
      ...{ bindDn: ADMIN, bindPassword: new Secret(PASSWORD), baseDn: name },
      filter: '(objectClass=customer)',
      attributes: {
        ...{ accountId: 'uid', status: 'accountState', phoneNumber: 'mobile' },
        ...{ language: 'preferredLanguage', preferred: 'mainAccount', associationId: 'associationId' },
      },
      statuses: { open: 'active' },
      timeoutMs: 2000,
    },
    add: (uid, attributes) =>
      server.write((client) => client.add(entry(uid), { objectClass: 'customer', uid, ...attributes })),
    fill: (accounts) =>
      server.write(async (client) => {
        for (const {
          accountId,
          status = 'active',
          phoneNumber,
          language,
          preferred,
          associationIds = [],
        } of accounts) {
          await client.add(entry(accountId), {
            ...{ objectClass: 'customer', uid: accountId },
            accountState: status === 'active' ? 'open' : status,
            ...(phoneNumber && { mobile: phoneNumber }),
            ...(preferred !== undefined && { mainAccount: preferred ? 'TRUE' : 'FALSE' }),
            ...(language && { preferredLanguage: language }),
            ...(associationIds.length > 0 && { associationId: [...associationIds] }),
          });
        }
      }),
  };
}
