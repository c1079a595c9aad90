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

const toWiring = 'let the core ask through a port in src/ports, and hand the adapter over in src/wiring';
const ofOneKind =
  'an adapter knows its port and its client library, and no other adapter; src/wiring puts them together';

const rowsOnly = 'a row names the settings of a kind, and loads its adapter when it is opened';
const settingsOnly = 'settings are read by every command: nothing that they import may load a client library';

/** What rows, and a gateway's settings, are written in. */
const rowsWords = ['src/config/kinds.ts', 'src/config/values.ts'];
const settingsWords = [
  ...rowsWords,
  'src/config/country-codes.ts',
  'src/config/references.ts',
  'src/config/setting-words.ts',
];
const dataKind = 'src/adapters/data-kind.ts';
const connectionSettings = 'src/adapters/postgres/connection-settings.ts';
const databaseFile = 'src/adapters/sqlite/database-file.ts';
const httpClient = 'src/adapters/http-client';
const linkSettings = 'src/adapters/http-client/link-settings.ts';

/** The catalog of stores, or of account directories, with what a row of it is. */
function dataCatalogRule(folder: string, ...shared: readonly string[]): ImportRule {
  return {
    place: [`src/adapters/${folder}/*.ts`],
    may: [dataKind, databaseFile, ...shared, `src/adapters/${folder}`, 'src/ports', ...rowsWords],
    modules: [],
    instead: rowsOnly,
  };
}

/** A kind of store, or of account directory: itself, what its row is, and the client library of its own. */
function dataRule(folder: string, shared: readonly string[], ...modules: readonly string[]): ImportRule {
  return {
    place: [`src/adapters/${folder}`],
    may: [dataKind, ...shared, 'src/adapters/sqlite', 'src/ports'],
    modules,
    instead: ofOneKind,
  };
}

/** A kind of gateway: itself, what all kinds share, what it takes from beside the gateways, and the client library of its own. */
function gatewayRule(kind: string, shared: readonly string[], ...modules: readonly string[]): ImportRule {
  return {
    place: [`src/adapters/gateways/${kind}`],
    may: ['src/adapters/gateways/shared', ...shared, 'src/ports'],
    modules,
    instead: ofOneKind,
  };
}

/** In order: the first rule whose place holds a file applies to it. */
export const importRules: readonly ImportRule[] = [
  {
    // Every room makes folders and asks for files, and none may do it in a way of its own.
    place: ['src/ports/file-fault.ts', 'src/ports/private-folder.ts'],
    may: ['src/ports'],
    modules: ['node:fs', 'node:path'],
    instead: 'they make folders, tell what is there, and do nothing else',
  },
  {
    place: ['src/ports'],
    may: [],
    modules: [],
    instead: 'a port says what the core asks of the world in its own types; translate in an adapter',
  },
  {
    place: ['src/protocol'],
    // A decoded code, token or number is wrapped at once, so that nothing prints it.
    may: ['src/ports/text/json.ts', 'src/ports/secret.ts'],
    modules: ['node:crypto'],
    instead: 'pass the value in as an argument: the wire knows bytes and JSON only',
  },
  {
    place: ['src/domain'],
    may: ['src/ports'],
    modules: ['node:crypto', 'libphonenumber-js'],
    instead: `translate the wire in src/methods; for the world, ${toWiring}`,
  },
  {
    place: ['src/methods/internal'],
    may: ['src/methods', 'src/domain', 'src/ports'],
    modules: ['typebox'],
    instead: `what only HTTP knows stands in src/http/internal; for the world, ${toWiring}`,
  },
  {
    place: ['src/methods'],
    may: ['src/protocol', 'src/domain', 'src/ports'],
    modules: [],
    instead: toWiring,
  },
  {
    place: ['src/receipts'],
    may: ['src/domain', 'src/ports'],
    modules: ['node:crypto'],
    instead: toWiring,
  },
  {
    place: ['src/codecs/keys'],
    may: ['src/ports/clock.ts', 'src/ports/secret.ts'],
    modules: ['node:crypto'],
    instead: 'what only one format knows stands in the folder of that format',
  },
  {
    place: ['src/codecs/threads'],
    may: ['src/codecs/*.ts', 'src/codecs/keys', 'src/ports'],
    modules: ['node:*'],
    instead: 'threads know jobs and answers; what a job is stands in the folder of its format',
  },
  {
    place: ['src/codecs/openpgp'],
    may: ['src/codecs/*.ts', 'src/codecs/keys', 'src/codecs/threads', 'src/ports'],
    modules: ['node:crypto', 'openpgp'],
    instead: 'take bytes and keys as arguments: src/operations and src/wiring read files and settings',
  },
  {
    place: ['src/codecs/jose'],
    may: ['src/codecs/*.ts', 'src/codecs/keys', 'src/codecs/threads', 'src/ports'],
    modules: ['node:crypto', 'jose'],
    instead: 'take bytes and keys as arguments: src/operations and src/wiring read files and settings',
  },
  {
    place: ['src/codecs/key-format.ts'],
    may: ['src/codecs/keys', 'src/codecs/threads', 'src/ports'],
    modules: [],
    instead: 'what only one format knows stands in the folder of that format',
  },
  {
    place: ['src/codecs/key-formats.ts'],
    may: ['src/codecs/key-format.ts', 'src/codecs/keys', 'src/codecs/openpgp', 'src/codecs/jose'],
    modules: [],
    instead: 'a row loads the format of a kind when it is used, and does nothing else',
  },
  {
    place: ['src/codecs/*.ts'],
    may: ['src/ports'],
    modules: ['node:zlib'],
    instead: 'what only one format knows stands in the folder of that format',
  },
  {
    place: ['src/adapters/sqlite'],
    may: ['src/ports'],
    modules: ['node:*'],
    instead: 'it is the door to database files: what stands in them, the adapters beside it know',
  },
  {
    // Every command reads these settings.
    place: [connectionSettings],
    may: [...rowsWords, 'src/config/references.ts', 'src/config/setting-words.ts'],
    modules: [],
    instead: settingsOnly,
  },
  {
    place: ['src/adapters/postgres'],
    may: ['src/ports'],
    modules: ['node:*', 'pg'],
    instead: 'it is the door to PostgreSQL: what stands in the tables, the adapters beside it know',
  },
  {
    place: [linkSettings],
    may: [httpClient, 'src/config/kinds.ts', 'src/config/references.ts', 'src/config/setting-words.ts'],
    modules: [],
    instead: settingsOnly,
  },
  {
    place: [httpClient],
    may: ['src/ports'],
    modules: ['node:*'],
    instead:
      'it is the door to services over HTTP: what is asked and what an answer means, the adapters beside it know',
  },
  {
    place: ['src/adapters/circuit-breaker.ts', 'src/adapters/window.ts'],
    may: ['src/ports'],
    modules: [],
    instead: 'they count calls, whatever those are',
  },
  {
    place: [dataKind],
    may: rowsWords,
    modules: [],
    instead: 'it says what a row of a catalog is; what one is, stands in its folder',
  },
  {
    place: ['src/adapters/directory/foreign-settings.ts'],
    may: ['src/config/setting-words.ts'],
    modules: [],
    instead: settingsOnly,
  },
  dataCatalogRule('storage'),
  dataCatalogRule('directory', connectionSettings),
  {
    place: ['src/adapters/storage/*/settings.ts', 'src/adapters/directory/*/settings.ts'],
    may: [
      ...[dataKind, connectionSettings, linkSettings, 'src/adapters/directory/foreign-settings.ts'],
      ...['src/config/references.ts', 'src/config/setting-words.ts', ...rowsWords],
    ],
    modules: ['node:path'],
    instead: settingsOnly,
  },
  {
    place: ['src/adapters/directory/http'],
    may: [
      dataKind,
      'src/adapters/directory/directory-kind.ts',
      'src/adapters/directory/rows',
      httpClient,
      'src/adapters/circuit-breaker.ts',
      'src/adapters/window.ts',
      'src/ports',
    ],
    modules: ['node:*', 'typebox'],
    instead: ofOneKind,
  },
  {
    place: ['src/adapters/storage/rows'],
    may: ['src/adapters/storage/key-record.ts', 'src/ports'],
    modules: [],
    instead: 'it reads and makes what stands in rows; how they get there is the business of each engine',
  },
  dataRule(
    'storage/sqlite',
    [
      'src/adapters/storage/store-kind.ts',
      'src/adapters/storage/key-record.ts',
      'src/adapters/storage/moving.ts',
      'src/adapters/storage/rows',
    ],
    'node:*',
  ),
  {
    place: ['src/adapters/storage/postgres'],
    may: [
      dataKind,
      'src/adapters/storage/store-kind.ts',
      'src/adapters/storage/key-record.ts',
      'src/adapters/storage/moving.ts',
      'src/adapters/storage/rows',
      'src/adapters/postgres',
      'src/ports',
    ],
    modules: ['node:*'],
    instead: ofOneKind,
  },
  {
    place: ['src/adapters/directory/rows'],
    may: ['src/ports'],
    modules: [],
    instead: 'it says what an account is; how it is kept and found is the business of each engine',
  },
  dataRule(
    'directory/sqlite',
    [
      'src/adapters/directory/directory-kind.ts',
      'src/adapters/directory/import',
      'src/adapters/directory/moving.ts',
      'src/adapters/directory/rows',
    ],
    'node:*',
  ),
  {
    place: ['src/adapters/directory/sql'],
    may: [
      'src/adapters/directory/directory-kind.ts',
      'src/adapters/directory/rows',
      'src/adapters/postgres/connect.ts',
      'src/adapters/postgres/failure.ts',
      'src/ports',
    ],
    modules: ['mysql2'],
    instead: ofOneKind,
  },
  {
    place: ['src/adapters/directory/ldap'],
    may: ['src/adapters/directory/directory-kind.ts', 'src/adapters/directory/rows', 'src/ports'],
    modules: ['ldapts'],
    instead: ofOneKind,
  },
  {
    place: ['src/adapters/directory/postgres'],
    may: [
      dataKind,
      'src/adapters/directory/directory-kind.ts',
      'src/adapters/directory/import',
      'src/adapters/directory/moving.ts',
      'src/adapters/directory/rows',
      'src/adapters/postgres',
      'src/ports',
    ],
    modules: ['node:*'],
    instead: ofOneKind,
  },
  {
    place: ['src/adapters/directory/import'],
    may: ['src/adapters/directory/rows', 'src/adapters/sqlite', 'src/ports'],
    modules: ['node:*', 'csv-parse'],
    instead: ofOneKind,
  },
  {
    place: ['src/adapters/gateways/catalog.ts'],
    may: ['src/adapters/gateways', 'src/config/kinds.ts'],
    modules: [],
    instead: rowsOnly,
  },
  {
    place: ['src/adapters/gateways/*/*settings.ts'],
    may: [
      'src/adapters/gateways/shared',
      linkSettings,
      'src/ports',
      ...settingsWords,
      'src/config/literal-credentials.ts',
    ],
    modules: ['typebox'],
    instead: settingsOnly,
  },
  {
    place: ['src/adapters/gateways/shared'],
    may: ['src/config/kinds.ts', 'src/config/values.ts', httpClient, 'src/ports'],
    modules: ['node:*'],
    instead: 'what only one kind of gateway knows stands in its folder',
  },
  {
    place: ['src/adapters/gateways/failover'],
    may: ['src/adapters/circuit-breaker.ts', 'src/adapters/gateways/shared', 'src/ports'],
    modules: ['node:crypto'],
    instead: 'it knows gateways by their port alone',
  },
  gatewayRule('aws', [httpClient], 'node:*', 'aws4fetch'),
  gatewayRule('http', [httpClient]),
  {
    // It delivers within this process, so it needs nothing of what talks to others.
    place: ['src/adapters/gateways/inbox'],
    may: ['src/ports'],
    modules: [],
    instead: ofOneKind,
  },
  gatewayRule('infobip', []),
  gatewayRule('smpp', ['src/adapters/window.ts'], 'node:*', 'smpp'),
  gatewayRule('twilio', [], 'node:*'),
  gatewayRule('vonage', [httpClient], 'node:*', 'jose'),
  {
    place: ['src/adapters/system'],
    may: ['src/ports'],
    modules: ['node:*'],
    instead: ofOneKind,
  },
  {
    place: ['src/telemetry'],
    may: ['src/methods', 'src/receipts', 'src/ports'],
    modules: ['pino', 'prom-client'],
    instead: 'take what is told as an argument, in the types of whoever tells it',
  },
  {
    place: ['src/http'],
    may: ['src/methods', 'src/receipts', 'src/telemetry', 'src/ports'],
    modules: ['node:crypto', 'node:fs', 'node:http', 'node:https', 'node:net', 'node:tls', 'fastify'],
    instead: 'take it as an argument from src/wiring: the edge translates HTTP and decides nothing',
  },
  {
    place: ['src/config'],
    may: ['src/ports'],
    modules: ['node:crypto', 'node:fs', 'node:path', 'node:util', 'libphonenumber-js', 'typebox', 'yaml'],
    instead: 'it reads any table of settings and knows none: take the table as an argument',
  },
  {
    place: ['src/settings'],
    may: [
      'src/adapters/directory/catalog.ts',
      'src/adapters/directory/directory-kind.ts',
      'src/adapters/gateways/catalog.ts',
      'src/adapters/gateways/shared/gateway-kind.ts',
      'src/adapters/storage/catalog.ts',
      'src/config',
      'src/ports',
    ],
    modules: ['node:path'],
    instead: 'settings are plain values; what is made of them is made in src/wiring',
  },
  {
    place: ['src/wiring'],
    may: [
      'src/ports',
      'src/domain',
      'src/methods',
      'src/receipts',
      'src/codecs',
      'src/adapters',
      'src/telemetry',
      'src/http',
      'src/config',
      'src/settings',
    ],
    modules: ['node:*', 'pino'],
    instead: 'wiring only: put what has a behaviour of its own into the folder that it belongs to',
  },
  {
    place: ['src/operations'],
    may: [
      'src/ports',
      'src/domain',
      'src/codecs',
      'src/adapters',
      'src/config',
      'src/settings',
      'src/wiring',
    ],
    modules: ['node:*'],
    instead: 'an operation is a function of settings: a command parses, calls it and prints',
  },
  {
    place: ['src/index.ts'],
    may: [
      'src/wiring',
      'src/settings',
      'src/config',
      'src/domain',
      'src/ports',
      'src/adapters/gateways/inbox',
    ],
    modules: [],
    instead: 're-export what an integrator needs from src; define nothing here',
  },
  {
    place: ['src/cli'],
    may: [
      'src/operations',
      // Where a command starts the application.
      'src/wiring/application.ts',
      'src/wiring/listeners.ts',
      'src/wiring/version.ts',
      'src/wiring/data-kinds.ts',
      'src/config',
      'src/settings',
      'src/ports',
      'conformance',
    ],
    modules: ['node:*', 'cli-progress', 'commander'],
    instead: 'a command reads arguments, calls one operation and prints; let src/operations offer that',
  },
  {
    place: ['conformance'],
    may: [],
    modules: ['node:*', 'jose', 'openpgp', 'typebox', 'yaml'],
    instead: 'write it a second time: the examiner must not share the misunderstandings of src',
  },
];
