import type { Check } from '../check.ts';
import { type ErrorResponseCode, expectError, expectRead } from '../expectations.ts';

type HeaderChange = Readonly<Record<string, unknown>>;

/** A header that a right endpoint refuses with 400 and one of these codes. */
function refused(
  name: string,
  requirements: readonly string[],
  what: string,
  header: HeaderChange,
  codes: readonly ErrorResponseCode[],
  level: Check['level'] = 'MUST',
): Check {
  return {
    id: `envelope/header-refuses-${name}`,
    requirements,
    level,
    expects: `Refuses ${what} with 400 ${codes.join(' or ')}.`,
    run: async (trial) => expectError(await trial.probe({ header }), 400, ...codes),
  };
}

/** A header that a right endpoint reads. */
function read(
  name: string,
  requirements: readonly string[],
  what: string,
  header: HeaderChange,
  level: Check['level'] = 'MUST',
): Check {
  return {
    id: `envelope/header-reads-${name}`,
    requirements,
    level,
    expects: `Reads ${what}.`,
    run: async (trial) => expectRead(await trial.probe({ header })),
  };
}

const missing = ['MISSING_REQUIRED_FIELD'] as const;
const invalid = ['INVALID_FIELD_VALUE'] as const;
/** An empty string may be taken for a field that is not set. */
const either = ['INVALID_FIELD_VALUE', 'MISSING_REQUIRED_FIELD'] as const;
const version = ['INVALID_API_VERSION'] as const;

const forbiddenCharacters = [
  ['space', ' '],
  ['slash', '/'],
  ['point', '.'],
  ['equals-sign', '='],
  ['accent', 'é'],
  ['full-width-digit', '１'],
] as const;

const requestIds: readonly Check[] = [
  refused('missing-request-id', ['HDR-1', 'ORD-1'], 'a missing requestId', { requestId: undefined }, missing),
  refused('empty-request-id', ['HDR-1'], 'an empty requestId', { requestId: '' }, either),
  refused(
    'numeric-request-id',
    ['HDR-1', 'OQ-4'],
    'a requestId that is a number',
    { requestId: 12345 },
    invalid,
  ),
  refused(
    'long-request-id',
    ['HDR-1'],
    'a requestId of 101 characters',
    { requestId: 'x'.repeat(101) },
    invalid,
  ),
  {
    id: 'envelope/header-reads-longest-request-id',
    requirements: ['HDR-1'],
    level: 'MUST',
    expects: 'Reads a requestId of 100 characters of every permitted kind.',
    run: async (trial) => {
      const requestId = `${trial.google.id('long')}:-_azAZ09`.padEnd(100, 'x');
      expectRead(await trial.probe({ requestId }));
    },
  },
  ...forbiddenCharacters.map(([name, character]) =>
    refused(
      `request-id-with-${name}`,
      ['HDR-1'],
      `a requestId that contains ${JSON.stringify(character)}`,
      { requestId: `a${character}b` },
      invalid,
    ),
  ),
  refused(
    'request-id-with-line-break',
    ['HDR-1'],
    'a requestId that ends with a line break',
    { requestId: 'ab\n' },
    invalid,
  ),
];

const timestamps: readonly Check[] = [
  refused(
    'missing-timestamp',
    ['HDR-3', 'ORD-1'],
    'a missing requestTimestamp',
    { requestTimestamp: undefined },
    missing,
  ),
  {
    id: 'envelope/header-refuses-numeric-timestamp',
    requirements: ['HDR-3', 'OQ-4'],
    level: 'MUST',
    expects: 'Refuses a requestTimestamp that is a number, even a right one, with 400 INVALID_FIELD_VALUE.',
    run: async (trial) => {
      const header = { requestTimestamp: trial.google.world.clock.nowMs() };
      expectError(await trial.probe({ header }), 400, ...invalid);
    },
  },
  {
    id: 'envelope/header-refuses-timestamp-in-seconds',
    requirements: ['HDR-3', 'HDR-4'],
    level: 'MUST',
    expects: 'Refuses a requestTimestamp in seconds with 400 REQUEST_TIMESTAMP_OUT_OF_RANGE.',
    run: async (trial) => {
      const header = { requestTimestamp: String(Math.floor(trial.google.world.clock.nowMs() / 1000)) };
      expectError(await trial.probe({ header }), 400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE', ...invalid);
    },
  },
  {
    id: 'envelope/header-refuses-padded-timestamp',
    requirements: ['HDR-3'],
    level: 'MUST',
    expects: 'Refuses a requestTimestamp with a space before it with 400 INVALID_FIELD_VALUE.',
    run: async (trial) => {
      const header = { requestTimestamp: ` ${trial.google.world.clock.nowMs()}` };
      expectError(await trial.probe({ header }), 400, ...invalid);
    },
  },
  {
    id: 'envelope/header-refuses-fractional-timestamp',
    requirements: ['HDR-3'],
    level: 'MUST',
    expects: 'Refuses a requestTimestamp with a decimal point with 400 INVALID_FIELD_VALUE.',
    run: async (trial) => {
      const header = { requestTimestamp: `${trial.google.world.clock.nowMs()}.0` };
      expectError(await trial.probe({ header }), 400, ...invalid);
    },
  },
  {
    id: 'envelope/header-refuses-date-timestamp',
    requirements: ['HDR-3'],
    level: 'MUST',
    expects: 'Refuses a requestTimestamp written as an ISO 8601 date with 400 INVALID_FIELD_VALUE.',
    run: async (trial) => {
      const header = { requestTimestamp: new Date(trial.google.world.clock.nowMs()).toISOString() };
      expectError(await trial.probe({ header }), 400, ...invalid);
    },
  },
  refused('empty-timestamp', ['HDR-3'], 'an empty requestTimestamp', { requestTimestamp: '' }, either),
  refused(
    'huge-timestamp',
    ['HDR-3', 'HDR-4'],
    'a requestTimestamp beyond 64 bits',
    { requestTimestamp: '99999999999999999999' },
    ['INVALID_FIELD_VALUE', 'REQUEST_TIMESTAMP_OUT_OF_RANGE'],
  ),
];

const versions: readonly Check[] = [
  refused(
    'missing-version',
    ['HDR-6', 'ORD-1'],
    'a missing protocolVersion',
    { protocolVersion: undefined },
    missing,
  ),
  refused(
    'missing-major',
    ['HDR-6', 'OQ-23'],
    'a protocolVersion without major',
    { protocolVersion: { minor: 0, revision: 0 } },
    missing,
  ),
  refused(
    'higher-major',
    ['HDR-7'],
    'major version 2 on a URL of version 1',
    { protocolVersion: { major: 2, minor: 0, revision: 0 } },
    version,
  ),
  refused(
    'zero-major',
    ['HDR-7'],
    'major version 0',
    { protocolVersion: { major: 0, minor: 0, revision: 0 } },
    version,
  ),
  refused(
    'far-major',
    ['HDR-7'],
    'major version 99',
    { protocolVersion: { major: 99, minor: 0, revision: 0 } },
    version,
  ),
  refused(
    'major-as-string',
    ['OQ-4'],
    'a major version that is a string',
    { protocolVersion: { major: '1', minor: 0, revision: 0 } },
    invalid,
    'SHOULD',
  ),
  refused(
    'version-as-string',
    ['OQ-4'],
    'a protocolVersion that is a string',
    { protocolVersion: '1.0.0' },
    either,
  ),
  read('later-minor', ['HDR-6'], 'any minor version and revision', {
    protocolVersion: { major: 1, minor: 7, revision: 42 },
  }),
  read(
    'missing-minor',
    ['OQ-23'],
    'a protocolVersion of major alone',
    { protocolVersion: { major: 1 } },
    'SHOULD',
  ),
];

const locales: readonly Check[] = [
  read('locale', ['HDR-8'], 'a request with userLocale', { userLocale: 'fil-PH' }),
  read('bogus-locale', ['HDR-8'], 'a request whose userLocale is none', { userLocale: '!! no locale !!' }),
];

const wholes: readonly Check[] = [
  {
    id: 'envelope/header-refuses-missing-header',
    requirements: ['ORD-1'],
    level: 'MUST',
    expects: 'Refuses a request without requestHeader with 400 MISSING_REQUIRED_FIELD.',
    run: async (trial) => expectError(await trial.probe({}, { requestHeader: undefined }), 400, ...missing),
  },
  {
    id: 'envelope/header-refuses-header-as-string',
    requirements: ['OQ-4', 'ORD-1'],
    level: 'MUST',
    expects: 'Refuses a requestHeader that is a string with 400.',
    run: async (trial) => expectError(await trial.probe({}, { requestHeader: 'none' }), 400, ...either),
  },
  {
    id: 'envelope/version-before-timestamp',
    requirements: ['ORD-1'],
    level: 'SHOULD',
    expects: 'Names the version first when both version and timestamp are wrong: INVALID_API_VERSION.',
    run: async (trial) => {
      const protocolVersion = { major: 9, minor: 0, revision: 0 };
      const timestampMs = trial.google.world.clock.nowMs() - 3_600_000;
      expectError(await trial.probe({ timestampMs, header: { protocolVersion } }), 400, ...version);
    },
  },
  {
    id: 'envelope/timestamp-before-body',
    requirements: ['ORD-1'],
    level: 'SHOULD',
    expects: 'Names the timestamp first when the body is wrong, too: REQUEST_TIMESTAMP_OUT_OF_RANGE.',
    run: async (trial) => {
      const timestampMs = trial.google.world.clock.nowMs() - 3_600_000;
      const answer = await trial.probe({ timestampMs }, { otp: undefined });
      expectError(answer, 400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
    },
  },
];

export const headerChecks: readonly Check[] = [
  ...requestIds,
  ...timestamps,
  ...versions,
  ...locales,
  ...wholes,
];
