import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noticeOf } from '../../tools/notice.ts';

const root = join(import.meta.dirname, '../..');

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
);
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const own = lock.packages[''] ?? {};

test('the lock file names no registry, so that every machine uses its own', () => {
  assert.deepEqual(
    packages.filter(([, { resolved }]) => resolved !== undefined),
    [],
  );
});

test('every locked package has a hash', () => {
  assert.deepEqual(
    packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path),
    [],
  );
});

test('the lock file has every optional package of every platform, or npm ci refuses it', () => {
  const missing = packages.flatMap(([, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !packages.some(([path]) => path.endsWith(`/${name}`))),
  );
  assert.deepEqual(
    missing,
    [],
    'take a version of the package that needs them whose platforms are all published',
  );
});

test('direct dependencies have exact versions', () => {
  const wanted = { ...own.dependencies, ...own.devDependencies, ...own.optionalDependencies };
  const vague = Object.entries(wanted).filter(
    ([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  assert.deepEqual(vague, []);
});

test('NOTICE has the licence of every package that an installation brings along', () => {
  assert.equal(readFileSync(join(root, 'NOTICE'), 'utf8'), noticeOf(lock), 'run node tools/notice.ts');
});

test('what is shipped comes under licences that go with Apache-2.0', () => {
  const known = [
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'ISC',
    'LGPL-3.0+',
    'MIT',
  ];
  const others = packages.filter(([, { dev, license }]) => !dev && !known.includes(license ?? 'none'));
  assert.deepEqual(
    others.map(([path, { license }]) => `${path}: ${license}`),
    [],
  );
});

test('what is installed, built or run is no part of the sources', () => {
  const { stdout, status } = spawnSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' });
  // Without git, as in a downloaded archive, there is nothing to compare.
  if (status !== 0) return;
  assert.deepEqual(
    stdout.split('\n').filter((name) => /^(node_modules|dist|\.gsp-otp)(\/|$)|\.(tgz|sqlite)$/.test(name)),
    [],
  );
});
