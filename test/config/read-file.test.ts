import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConformanceConfig } from '../../conformance/run/read-config.ts';
import { exposureOf } from '../../src/config/file-exposure.ts';
import { readRegularFile, UnreadableFile } from '../../src/config/read-file.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { faultsOf, temporaryDirectory, temporaryFile } from './config-under-test.ts';

/** Everything that has a name among the files and isn't a regular one. */
async function irregularFiles(t: Parameters<typeof temporaryDirectory>[0]): Promise<[string, RegExp][]> {
  const directory = temporaryDirectory(t);
  const at = (name: string) => join(directory, name);
  execFileSync('mkfifo', [at('pipe')]);
  mkdirSync(at('directory'));
  symlinkSync('pipe', at('link'));
  const server = createServer().listen(at('socket'));
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  return [
    [at('pipe'), /is a pipe$/],
    [at('link'), /is a pipe$/],
    [at('directory'), /is a directory$/],
    [at('socket'), /is a socket$/],
    ['/dev/zero', /is a device$/],
    ['/dev/null', /is a device$/],
  ];
}

test('what is no regular file is refused at once wherever a setting names a file', async (t) => {
  for (const [file, kind] of await irregularFiles(t)) {
    assert.throws(
      () => readRegularFile(file, 100),
      (error) => error instanceof UnreadableFile && kind.test(error.message),
    );
    for (const setting of ['digests.secret', 'payload.pgp.google.0.key', 'http.tls.clientCa']) {
      const faults = faultsOf({
        overrides: {
          'http.tls': { certificates: [{ certificate: { file }, key: { file } }] },
          'payload.pgp': { ours: [{ key: { file } }], google: [{ key: { file } }] },
          'digests.secret': { file },
          'http.tls.clientCa': { file },
        },
      });
      const fault = faults.find(({ path }) => path === setting);
      assert.match(fault?.reason ?? '', kind, setting);
      assert.match(fault?.accepted ?? '', /a regular file, or a link to one/);
    }
    assert.match(faultsOf({ file })[0]?.reason ?? '', new RegExp(`can't be read: .*${kind.source}`));
    assert.throws(() => readConformanceConfig(file), /is no regular file/);
  }
});

test('a file that is not there is told by its setting and its path, in words', (t) => {
  const directory = temporaryDirectory(t);
  const below = join(temporaryFile(t, 'file', 'x'), 'below');
  for (const [file, expected] of [
    [join(directory, 'none'), /^\/.*none does not exist$/],
    [below, /^\/.*below does not exist: part of its path is no directory$/],
    [join(directory, 'n'.repeat(300)), /^\/.*nnn: name too long$/],
  ] as const) {
    const faults = faultsOf({
      overrides: {
        'http.tls': {
          certificates: [{ certificate: { file }, key: { file } }],
          clientCa: { file },
          clientCrl: [{ file }],
        },
        'payload.pgp': { ours: [{ key: { file } }], google: [{ key: { file } }] },
        'digests.secret': { file },
      },
    });
    for (const setting of [
      'http.tls.certificates.0.certificate',
      'http.tls.certificates.0.key',
      'http.tls.clientCa',
      'http.tls.clientCrl.0',
      'payload.pgp.ours.0.key',
      'payload.pgp.google.0.key',
      'digests.secret',
    ]) {
      assert.match(faults.find(({ path }) => path === setting)?.reason ?? '', expected, setting);
    }
    assert.match(faultsOf({ file })[0]?.reason ?? '', new RegExp(`: ${expected.source.slice(1)}`));
    assert.throws(() => readConformanceConfig(file), { message: /^the configuration: \/[^:]*(: [a-z ]*)?$/ });
  }
});

test('a file is read as far as is allowed, whatever size it says it has', (t) => {
  const file = temporaryFile(t, 'secret', 'x'.repeat(100));
  assert.equal(readRegularFile(file, 100).bytes.length, 100);
  assert.throws(() => readRegularFile(file, 99), /is larger than 99 bytes/);
  // Files of the system say that they have none.
  assert.match(readRegularFile('/proc/self/status', 65_536).bytes.toString(), /^Name:/);
  // 1 GiB that takes no room.
  truncateSync(file, 1_073_741_824);
  const [fault] = faultsOf({ overrides: { 'digests.secret': { file } } });
  assert.match(fault?.reason ?? '', /is larger than 65536 bytes/);
  assert.match(faultsOf({ file })[0]?.reason ?? '', /is larger than 1048576 bytes/);
});

test('links to regular files are followed, as Kubernetes makes them of secrets', (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, '..2026_11_28'));
  writeFileSync(join(directory, '..2026_11_28', 'digest'), `${'s'.repeat(40)}\n`, { mode: 0o440 });
  symlinkSync('..2026_11_28', join(directory, '..data'));
  symlinkSync('..data/digest', join(directory, 'digest'));
  const overrides = {
    dataDirectory: temporaryDirectory(t),
    'digests.secret': { file: join(directory, 'digest') },
  };
  const { digests, warnings } = loadConfig({ env: {}, overrides });
  assert.equal(digests.secret.reveal(), 's'.repeat(40));
  assert.deepEqual(warnings, []);
});

test('a text of two files is told by its mark, and one that is no UTF-8 is refused', (t) => {
  const marked = temporaryFile(t, 'marked.yaml', '\ufeffhttp: {port: 1234}\n');
  assert.equal(
    loadConfig({ env: {}, file: marked, overrides: { dataDirectory: temporaryDirectory(t) } }).http.port,
    1234,
  );
  const foreign = join(temporaryDirectory(t), 'foreign.yaml');
  writeFileSync(foreign, Buffer.from('\ufeffhttp: {port: 1234}\n', 'utf16le'));
  assert.match(faultsOf({ file: foreign })[0]?.reason ?? '', /foreign\.yaml is not text in UTF-8$/);
});

test('secrets may be read by the process, by root and by nobody else', () => {
  const reader = { user: 1000, groups: [1000, 2000] };
  const accepted: readonly (readonly [mode: number, uid: number, gid: number])[] = [
    [0o600, 1000, 1000],
    [0o400, 0, 0],
    [0o440, 0, 2000],
    [0o640, 0, 2000],
    [0o440, 1000, 1000],
    [0o640, 1000, 1000],
    // What a credential of systemd looks like: an access list shows as the rights of root's group.
    [0o440, 0, 0],
    [0o600, 4711, 4711],
    [0o750, 1000, 1000],
  ];
  for (const [mode, uid, gid] of accepted)
    assert.equal(
      exposureOf({ mode: 0o100000 | mode, uid, gid }, reader),
      undefined,
      `${mode.toString(8)} ${uid}:${gid}`,
    );
  const refused: readonly (readonly [mode: number, uid: number, gid: number, exposure: RegExp])[] = [
    [0o644, 1000, 1000, /can be read by everybody \(mode 644\)/],
    [0o604, 0, 0, /can be read by everybody/],
    [0o602, 1000, 1000, /is open to everybody/],
    [0o660, 1000, 1000, /can be changed by its group \(mode 660\)/],
    [0o620, 0, 2000, /can be changed by its group/],
    [0o640, 1000, 3000, /can be read by group 3000 \(mode 640\), which this process is not in/],
    [0o440, 0, 3000, /can be read by group 3000/],
    [0o440, 4711, 2000, /belongs to user 4711, neither root nor/],
  ];
  for (const [mode, uid, gid, exposure] of refused)
    assert.match(exposureOf({ mode: 0o100000 | mode, uid, gid }, reader) ?? '', exposure);
});
