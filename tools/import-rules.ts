/**
 * The import rule: a place may import itself and what stands beside it here, nothing else. Type imports count, as do
 * `import()` and `new URL('./file.ts', import.meta.url)`. `check-imports.ts` applies it; Biome forbids cycles.
 */
export interface ImportRule {
  /** The folders and files that make it up; a file may be a pattern. */
  readonly place: readonly string[];
  /** What else in this repository: folders, or files by name or pattern. */
  readonly may: readonly string[];
  /** Packages, and modules of Node; `node:*` means all of Node's. */
  readonly modules: readonly string[];
  /** What to do when one wants something else. */
  readonly instead: string;
}

const adapterKnows =
  'an adapter knows its port and its client library; src/compose.ts puts adapters together';
const toCompose = 'let the core ask through a port in src/ports, and hand the adapter over in src/compose.ts';

export const importRules: readonly ImportRule[] = [
  {
    place: ['src/ports'],
    may: [],
    modules: [],
    instead: 'a port says what the core asks of the world in its own types; translate in an adapter',
  },
  {
    place: ['src/protocol'],
    // A decoded code, token or number is wrapped at once, so that nothing prints it.
    may: ['src/ports/secret.ts'],
    modules: ['node:crypto'],
    instead: 'pass the value in as an argument: the wire knows bytes and JSON only',
  },
  {
    place: ['src/domain'],
    may: ['src/ports'],
    modules: ['node:crypto', 'libphonenumber-js'],
    instead: `translate the wire in src/methods; for the world, ${toCompose}`,
  },
  {
    place: ['src/methods'],
    may: ['src/protocol', 'src/domain', 'src/ports'],
    modules: [],
    instead: toCompose,
  },
  {
    place: ['src/codecs'],
    may: ['src/ports'],
    modules: ['node:crypto', 'node:worker_threads', 'node:zlib', 'openpgp', 'jose'],
    instead: 'take bytes and keys as arguments: src/compose.ts reads files and settings',
  },
  {
    place: ['src/adapters/sqlite'],
    may: ['src/ports'],
    modules: ['node:*'],
    instead: 'it is the door to database files: what stands in them, the adapters beside it know',
  },
  {
    place: ['src/adapters/storage'],
    may: ['src/adapters/sqlite', 'src/ports'],
    modules: ['node:*', 'pg'],
    instead: adapterKnows,
  },
  {
    place: ['src/adapters/directory'],
    may: ['src/adapters/sqlite', 'src/ports'],
    modules: ['node:*', 'cockatiel', 'csv-parse', 'pg'],
    instead: adapterKnows,
  },
  {
    place: ['src/adapters/sms'],
    may: ['src/ports'],
    modules: ['node:*', 'aws4fetch', 'cockatiel', 'jose', 'smpp'],
    instead: adapterKnows,
  },
  {
    place: ['src/adapters/system'],
    may: ['src/ports'],
    modules: ['node:*'],
    instead: adapterKnows,
  },
  {
    place: ['src/http'],
    may: ['src/methods', 'src/ports'],
    modules: [
      'node:crypto',
      'node:fs',
      'node:http',
      'node:https',
      'node:net',
      'node:tls',
      'fastify',
      'pino',
      'prom-client',
      '@opentelemetry/api',
    ],
    instead: 'take it as an argument from src/compose.ts: the edge translates HTTP and decides nothing',
  },
  {
    place: ['src/config.ts', 'src/config'],
    may: ['src/ports'],
    modules: ['node:crypto', 'node:fs', 'node:path', 'node:util', 'libphonenumber-js', 'typebox', 'yaml'],
    instead: 'settings are plain values; what is made of them is made in src/compose.ts',
  },
  {
    place: ['src/compose*.ts'],
    may: [
      'src/ports',
      'src/protocol',
      'src/domain',
      'src/methods',
      'src/codecs',
      'src/adapters',
      'src/http',
      'src/config.ts',
      'src/config',
    ],
    modules: ['node:*', 'pino'],
    instead: 'wiring only: put what has a behaviour of its own into the folder that it belongs to',
  },
  {
    place: ['src/index.ts'],
    may: ['src'],
    modules: [],
    instead: 're-export what an integrator needs from src; define nothing here',
  },
  {
    place: ['src/cli'],
    may: ['src/compose*.ts', 'src/config.ts', 'src/config', 'src/ports', 'conformance'],
    modules: ['node:*', 'cli-progress', 'commander', 'csv-parse'],
    instead: 'a command reads arguments, calls one thing and prints; let src/compose.ts offer that thing',
  },
  {
    place: ['conformance'],
    may: [],
    modules: ['node:*', 'jose', 'openpgp', 'typebox', 'yaml'],
    instead: 'write it a second time: the examiner must not share the misunderstandings of src',
  },
  {
    place: ['console'],
    may: [],
    modules: ['preact', 'htm', 'uplot'],
    instead: 'the page talks to the operator routes over HTTP only',
  },
];
