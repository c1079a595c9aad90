import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { directoryKinds } from '../../src/adapters/directory/catalog.ts';
import { gatewayKinds } from '../../src/adapters/gateways/catalog.ts';
import { storeKinds } from '../../src/adapters/storage/catalog.ts';
import { inspectConfig } from '../../src/settings/load.ts';
import { writeReference } from '../../src/settings/reference.ts';

const root = join(import.meta.dirname, '../..');

/** Each catalog, with the setting that chooses among its kinds. */
const catalogs = [
  { path: 'store', folder: 'storage', kinds: storeKinds },
  { path: 'directory', folder: 'directory', kinds: directoryKinds },
  { path: 'sms.gateway', folder: 'gateways', kinds: gatewayKinds },
] as const;

for (const { path, folder, kinds } of catalogs) {
  describe(`the catalog of ${folder}`, () => {
    test('a kind has a name of its own', () => {
      const names = kinds.map(({ kind }) => kind);
      assert.equal(new Set(names).size, names.length);
    });

    for (const { kind, settings } of kinds) {
      test(`every setting of ${kind} is in the reference`, () => {
        const reference = writeReference();
        for (const name of Object.keys(settings.properties)) {
          assert.match(reference, new RegExp(`^\\| \`${path.replace('.', '\\.')}\\.${name}\``, 'm'), name);
        }
        assert.ok(reference.includes(`\`${kind}\`: `), kind);
      });

      test(`${kind} refuses a member that it does not have`, () => {
        const overrides = { [path]: { kind, colour: 'red' } };
        const { faults } = inspectConfig({ environment: {}, overrides });
        assert.ok(
          faults.some((fault) => fault.path === `${path}.colour` && fault.reason === 'is not a setting'),
          JSON.stringify(faults),
        );
      });
    }
  });
}

/** Prints the modules that were loaded once `code` has run, a line each. */
function modulesAfter(code: string): readonly string[] {
  const hook = `
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
    ${code}
    console.log(urls.join('\\n'));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', hook], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout.trim().split('\n');
}

const folders = catalogs.map(({ folder }) => folder).join('|');
const adapters = new RegExp(
  `/src/adapters/(sqlite|(?:${folders})/\\w+)/(?!\\w*-?settings\\.ts$)[\\w-]+\\.ts$`,
);

/** What every configuration is read with, whatever it names. */
const readAlways = [/\/libphonenumber-js\/metadata/, /\/yaml\//];

test('reading the configuration loads no adapter and no client library', () => {
  const modules = modulesAfter(`
    const { inspectConfig } = await import('./src/settings/load.ts');
    inspectConfig({ environment: {} });
    await import('./src/wiring/data-kinds.ts');`);
  const loaded = modules.filter((url) => adapters.test(url) && !url.includes('/gateways/shared/'));
  assert.deepEqual(loaded, []);
  const libraries = modules.filter((url) => url.includes('/node_modules/') || url === 'node:sqlite');
  assert.deepEqual(
    libraries.filter((url) => !readAlways.some((library) => library.test(url))),
    [],
  );
});

for (const { path, folder, kinds } of catalogs.filter(({ folder }) => folder !== 'gateways')) {
  for (const { kind } of kinds) {
    test(`${path}: where a ${kind} is can be told without its library; looking at it loads it`, () => {
      const look = (what: string) =>
        modulesAfter(`
          const { storeOf, directoryOf } = await import('./src/wiring/data-kinds.ts');
          const settings = { profile: 'sandbox', dataDirectory: '/nowhere', ${path}: { kind: '${kind}' } };
          const { row, terms } = ${path}Of(settings);
          ${what}`).filter((url) => url.includes(`/adapters/${folder}/${kind}/`));
      assert.deepEqual(
        look('row.where(terms);').filter((url) => !url.endsWith('/settings.ts')),
        [],
      );
      assert.ok(look(`await row.open(terms, 'read').catch(() => {});`).length > 1);
    });
  }
}
