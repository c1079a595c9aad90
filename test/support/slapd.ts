import { join } from 'node:path';
import { Client } from 'ldapts';
import { GuardedDirectory } from './postgres/guarded-directory.ts';
import { LocalServer } from './postgres/local-server.ts';
import type { TestCertificate } from './test-certificates.ts';

export const BASE = 'dc=bank,dc=example';
export const ADMIN = `cn=admin,${BASE}`;
export const PASSWORD = 'the password of the admin';

/** Customers, with what a bank's own schema has for us. */
const SCHEMA = `
attributetype ( 1.3.6.1.4.1.99999.1 NAME 'accountState' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.2 NAME 'associationId' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.4 NAME 'mainAccount' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.99999.3 NAME 'customer' SUP top STRUCTURAL
  MUST ( uid ) MAY ( mobile $ preferredLanguage $ accountState $ mainAccount $ associationId ) )
`;

/** Starts a slapd of Debian with nobody in it but the admin. It ends by `stop`, or with this process. */
export async function startSlapd(certificate?: TestCertificate): Promise<SlapdServer> {
  const directory = await GuardedDirectory.make({ onDisk: false });
  const server = new SlapdServer(directory, certificate);
  try {
    await directory.makeDirectory('data');
    await server.start();
    const root = { objectClass: ['dcObject', 'organization'], dc: 'bank', o: 'Bank' };
    await server.write((client) => client.add(BASE, root));
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export class SlapdServer extends LocalServer {
  constructor(directory: GuardedDirectory, certificate?: TestCertificate) {
    const { path } = directory;
    const argsFor = async (port: number) => {
      if (certificate) {
        await directory.write('server.crt', certificate.certificate);
        await directory.write('server.key', certificate.key);
      }
      const tls = certificate
        ? `TLSCertificateFile ${join(path, 'server.crt')}\nTLSCertificateKeyFile ${join(path, 'server.key')}\n`
        : '';
      await directory.write(
        'slapd.conf',
        `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
${SCHEMA}
${tls}modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${join(path, 'pid')}
database mdb
suffix "${BASE}"
rootdn "${ADMIN}"
rootpw "${PASSWORD}"
directory ${join(path, 'data')}
dbnosync
access to * by users read
`,
      );
      const scheme = certificate ? 'ldaps' : 'ldap';
      const urls = certificate
        ? `ldap://127.0.0.1:${port + 1} ${scheme}://127.0.0.1:${port}`
        : `ldap://127.0.0.1:${port}`;
      return ['-f', join(path, 'slapd.conf'), '-h', urls, '-d', '256'];
    };
    super({ program: '/usr/sbin/slapd', argsFor, ready: /slapd starting/, endSignal: 'SIGTERM' }, directory);
  }

  /** As the admin. */
  async write(change: (client: Client) => Promise<unknown>): Promise<void> {
    const client = new Client({ url: `ldap://127.0.0.1:${this.port}`, timeout: 10_000 });
    try {
      await client.bind(ADMIN, PASSWORD);
      await change(client);
    } finally {
      await client.unbind();
    }
  }
}
