/** Programs that tests use and that nobody here wrote: where they come from, and which modules of the tests start them. */
export interface TestSoftware {
  /** Of Debian. */
  readonly debianPackage: string;
  /** A command that succeeds where it is there. */
  readonly probe: readonly [program: string, ...args: string[]];
  /** Test files, and modules that test files import. */
  readonly modules: readonly string[];
}

export const testSoftware: readonly TestSoftware[] = [
  {
    debianPackage: 'gnupg',
    probe: ['gpg', '--version'],
    modules: ['test/support/gnupg.ts', 'test/system/example-gpg.test.ts'],
  },
  { debianPackage: 'sqop', probe: ['sqop', 'version'], modules: ['test/codecs/openpgp/sequoia.test.ts'] },
  {
    debianPackage: 'openssl',
    probe: ['openssl', 'version'],
    modules: ['test/support/openssl.ts', 'test/support/test-certificates.ts'],
  },
  { debianPackage: 'curl', probe: ['curl', '--version'], modules: ['test/system/example-gpg.test.ts'] },
  {
    debianPackage: 'libnet-smpp-perl',
    probe: ['perl', '-MNet::SMPP', '-e1'],
    modules: ['test/adapters/gateways/smpp/smpp-server.ts'],
  },
  {
    debianPackage: 'postgresql-15',
    probe: ['/usr/lib/postgresql/15/bin/postgres', '--version'],
    modules: ['test/support/postgres/debian.ts'],
  },
  {
    debianPackage: 'pgbouncer',
    probe: ['/usr/sbin/pgbouncer', '--version'],
    modules: ['test/support/postgres/pgbouncer.ts'],
  },
  {
    debianPackage: 'mariadb-server-core',
    probe: ['/usr/sbin/mariadbd', '--version'],
    modules: ['test/support/mariadb.ts'],
  },
  { debianPackage: 'slapd', probe: ['/usr/sbin/slapd', '-VV'], modules: ['test/support/slapd.ts'] },
  {
    debianPackage: 'chromium',
    probe: ['chromium', '--version'],
    modules: ['test/conformance/report-in-browser.test.ts'],
  },
];
