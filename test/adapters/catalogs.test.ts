import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { directoryKinds } from '../../src/adapters/directory/catalog.ts';
import { gatewayKinds } from '../../src/adapters/gateways/catalog.ts';
import { storeKinds } from '../../src/adapters/storage/catalog.ts';
import { inspectConfig } from '../../src/settings/load.ts';
import { writeReference } from '../../src/settings/reference.ts';
import { importRules } from '../../tools/import-rules.ts';
import { gatewayKinds as startedKinds } from '../application/gateways/gateway-kinds.ts';
import { temporaryFile } from '../config/config-under-test.ts';

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
        const { faults } = inspectConfig({ env: {}, overrides });
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
  `/src/adapters/(sqlite|(?:${folders})/\\w+)/(?![\\w-]*settings\\.ts$)[\\w-]+\\.ts$`,
);

/** What every configuration is read with, whatever it names. */
const readAlways = [/\/libphonenumber-js\/metadata/, /\/yaml\//];

test('reading the configuration loads no adapter and no client library', () => {
  const modules = modulesAfter(`
    const { inspectConfig } = await import('./src/settings/load.ts');
    inspectConfig({ env: {} });
    await import('./src/wiring/data-kinds.ts');`);
  const loaded = modules.filter((url) => adapters.test(url) && !url.includes('/gateways/shared/'));
  assert.deepEqual(loaded, []);
  const libraries = modules.filter((url) => url.includes('/node_modules/') || url === 'node:sqlite');
  assert.deepEqual(
    libraries.filter((url) => !readAlways.some((library) => library.test(url))),
    [],
  );
});

/** What a store must be told, or a directory; one of the same kind goes with a store. Nothing listens there. */
const told: Readonly<Record<string, object>> = {
  postgres: {
    hosts: ['127.0.0.1:1'],
    database: 'bank',
    schema: 'gsp_otp',
    user: 'otp',
    tls: false,
    connections: 4,
  },
  sql: { engine: 'postgres', hosts: ['127.0.0.1:1'], database: 'bank', user: 'otp', byPhoneNumber: '' },
};

for (const { path, folder, kinds } of catalogs.filter(({ folder }) => folder !== 'gateways')) {
  for (const { kind } of kinds) {
    test(`${path}: where a ${kind} is can be told without its library; looking at it loads it`, () => {
      const look = (what: string) =>
        modulesAfter(`
          const { storeOf, directoryOf } = await import('./src/wiring/data-kinds.ts');
          const store = ${JSON.stringify({ kind, ...told[kind] })};
          const settings = { profile: 'sandbox', dataDirectory: '/nowhere', store, directory: store };
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

/** The client libraries that the import rule grants to a kind of gateways. */
function librariesOf(kind: string): readonly string[] {
  const rule = importRules.find(({ place }) => place.includes(`src/adapters/gateways/${kind}`));
  return (rule?.modules ?? []).filter((name) => !name.startsWith('node:'));
}

/** Which kinds of gateways have a module of theirs among these, settings apart, or a client library. */
function kindsAmong(modules: readonly string[]): readonly string[] {
  return gatewayKinds
    .map(({ kind }) => kind)
    .filter((kind) => {
      const ofKind = (url: string) => url.includes(`/adapters/gateways/${kind}/`) && adapters.test(url);
      const ofLibrary = (url: string) =>
        librariesOf(kind).some((library) => url.includes(`/node_modules/${library}/`));
      return modules.some((url) => ofKind(url) || ofLibrary(url));
    });
}

test('the import rule grants client libraries to kinds of gateways', () => {
  const granted = gatewayKinds.flatMap(({ kind }) => librariesOf(kind));
  assert.ok(granted.length > 0);
  assert.equal(new Set(granted).size, granted.length, 'or what is loaded would not tell by whom');
});

for (const { name, start } of startedKinds) {
  test(`${name}: a check of the configuration loads no kind of gateways; opening it loads this one alone`, async (t) => {
    const { settings } = await start(t, 'https://receipts.bank.example');
    // With the receipts that the gateway is to tell of.
    const receipts = { publicUrl: 'https://receipts.bank.example' };
    const text = JSON.stringify({ sms: { gateway: { name, ...settings } }, receipts });
    const file = JSON.stringify(temporaryFile(t, 'gsp-otp.json', text));
    const checked = modulesAfter(`
      const { runProgram } = await import('./src/cli/program.ts');
      console.log('exit code', await runProgram(['config', 'check', '--config', ${file}]));`);
    assert.ok(checked.includes('exit code 0'));
    assert.deepEqual(kindsAmong(checked), []);
    const opened = modulesAfter(`
      const { inspectConfig } = await import('./src/settings/load.ts');
      const { gatewayKinds } = await import('./src/adapters/gateways/catalog.ts');
      const { createSystemClock } = await import('./src/adapters/system/system-clock.ts');
      const { gateway } = inspectConfig({ env: {}, file: ${file} }).values.sms;
      const row = gatewayKinds.find(({ kind }) => kind === gateway.kind);
      await (await row.open(gateway, { clock: createSystemClock() })).close();`);
    assert.deepEqual(kindsAmong(opened), [name]);
  });
}
