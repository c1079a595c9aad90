import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What has to have a process to itself, as has whatever imports it: it starts processes, is long, or looks at clock or
 * memory.
 */
export const apart: readonly string[] = [
  'test/adapters/directory/import/read-lines.test.ts',
  'test/attacks/quickest.ts',
  'test/attacks/timing.ts',
  'test/fuzz/fuzz-tests.ts',
  'test/support/proof-size.ts',
  'test/support/cli-process.ts',
  'test/application/hostile-bodies.test.ts',
];

/**
 * What is run at the end, one at a time: it measures how long answers take, so whatever else is at work falls into its
 * figures.
 */
export const atTheEnd: readonly string[] = [
  'test/application/gateways/brown-out.test.ts',
  'test/application/sealing/rotation.test.ts',
  'test/application/slow-clients.test.ts',
  'test/system/many-nodes/many-nodes.test.ts',
];

/**
 * What `npm run proofs` alone runs, since `npm test` has five minutes: what has the machine to itself; what installs, builds
 * and compiles; what tries many commands, each in a process; what makes many keys, where the operation behind the command
 * has tests of its own; what simulates an hour.
 */
export const onlyInProofs: readonly string[] = [
  ...atTheEnd,
  'test/adapters/directory/ldap/ldap-directory.test.ts',
  'test/adapters/directory/sql/sql-on-mariadb.test.ts',
  'test/application/limits/money-guard.test.ts',
  'test/cli/keys/keys-passphrase.test.ts',
  'test/cli/keys/keys-rotate.test.ts',
  'test/system/accounts-import.test.ts',
  'test/system/backup-older.test.ts',
  'test/system/backup.test.ts',
  'test/system/cli/call-sealed.test.ts',
  'test/system/hardening.test.ts',
  'test/system/other-user.test.ts',
  'test/system/package.test.ts',
  'test/system/production-log.test.ts',
  'test/system/second-signal.test.ts',
  'test/system/unusable-databases.test.ts',
];

/** What starts processes or threads, opens connections or proves by mass; `npm run test:quick` leaves it out. */
export const impure: readonly string[] = [
  'node:child_process',
  'node:http',
  'node:https',
  'node:net',
  'node:tls',
  'node:worker_threads',
  'src/codecs/jose/codec.ts',
  'src/codecs/openpgp/codec.ts',
  'src/codecs/threads/crypto-pool.ts',
  'test/support/proof-size.ts',
  'test/support/test-application.ts',
  'test/support/test-keys.ts',
];

/** So many share a process, that the last one ends soon. */
const SHARING_MAX = 16;

/**
 * What is run, a process each: the files that stand apart, as they are; the others of a folder together, since to load
 * the sources takes longer than most of their tests. For those, modules that import them are written into `folder`. What
 * takes longest begins first, so that no processor waits for another at the end: long files, then folders.
 */
export function processesOf(
  files: readonly string[],
  { root, folder, isLong, standsApart }: ProcessOrder,
): readonly string[] {
  const single = files.filter(standsApart);
  const sharing = Map.groupBy(
    files.filter((file) => !single.includes(file)),
    (file) => dirname(file),
  );
  const shared = [...sharing].flatMap(([place, together]) =>
    inParts(together).map((part, number) => {
      const module = join(folder, `${place.replaceAll('/', '-')}-${number + 1}.mjs`);
      const lines = part.map((file) => `import ${JSON.stringify(pathToFileURL(join(root, file)).href)};\n`);
      writeFileSync(module, lines.join(''));
      return module;
    }),
  );
  const inRoot = (some: readonly string[]) => some.map((file) => join(root, file));
  return [...inRoot(single.filter(isLong)), ...shared, ...inRoot(single.filter((file) => !isLong(file)))];
}

export interface ProcessOrder {
  /** Of the repository. */
  readonly root: string;
  /** Exists, and is empty. */
  readonly folder: string;
  readonly isLong: (file: string) => boolean;
  readonly standsApart: (file: string) => boolean;
}

function inParts(files: readonly string[]): readonly (readonly string[])[] {
  const parts = Math.ceil(files.length / SHARING_MAX);
  return Array.from({ length: parts }, (_, part) => files.filter((_, place) => place % parts === part));
}
