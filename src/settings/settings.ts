import { countryCodes } from '../config/country-codes.ts';
import { secret } from '../config/references.ts';
import { Type } from '../config/setting-words.ts';
import type { ValuesOf } from '../config/values.ts';
import { BUDGET } from '../ports/budget.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../ports/clock.ts';
import { CODE_BOUNDS, COUNTED_MAX } from '../ports/code-bounds.ts';
import { SHOWN_IN_TEXT } from '../ports/hidden-characters.ts';
import { METHOD_NAMES } from '../ports/method-name.ts';
import { directory, store } from './data-settings.ts';
import { gateway } from './gateway-settings.ts';
import { internal } from './internal-settings.ts';
import { cryptography, payload } from './payload-settings.ts';
import { receipts } from './receipts-settings.ts';
import { tlsOf } from './tls-settings.ts';

/*
 * Every setting: type, unit, bounds, default and meaning. This table is the only description of the configuration:
 * reading, checking, printing and docs/configuration.md all follow it. Beside JSON Schema's own words it uses
 * `unit`; `accepts`, what a text must look like in words; `filePath`, a path made absolute when read; and `secret`,
 * a reference to a value kept elsewhere. A setting without a default must be given unless it is optional;
 * `sandboxDefault` spares that in the sandbox profile. A secret's default is a file that is made in the data directory.
 */

/** A window looks back less far than requests are kept, or it would forget. */
const windowMsMax = 29 * DAY_MS;

const windowMs = (options: object) =>
  Type.Integer({
    minimum: MINUTE_MS,
    maximum: windowMsMax,
    unit: 'ms',
    description: 'Length of the sliding window.',
    ...options,
  });

const quota = (max: number, defaultWindowMs: number, counted: string, description: string) =>
  Type.Object(
    {
      max: Type.Integer({
        default: max,
        minimum: 1,
        maximum: COUNTED_MAX,
        unit: counted,
        description: 'Maximum number within the window.',
      }),
      windowMs: windowMs({ default: defaultWindowMs }),
    },
    { description },
  );

const ceiling = (description: string) =>
  Type.Object(
    {
      max: Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000,
        unit: 'texts',
        description: 'Maximum number within the window.',
      }),
      windowMs: windowMs({}),
    },
    { description },
  );

const port = (defaultPort: number, description: string) =>
  Type.Integer({ default: defaultPort, minimum: 0, maximum: 65_535, description });

const host = (description: string) =>
  Type.String({
    default: '127.0.0.1',
    // Colons belong to IPv6, which has two at least; one alone would be followed by a port.
    pattern: '^(?=.{1,253}$)(?:[A-Za-z0-9._-]+|(?=(?:[^:]*:){2})[A-Za-z0-9.:%_-]+)$',
    accepts: 'an IP address or a host name, without port',
    description,
  });

const http = Type.Object(
  {
    host: host('Address the methods listen on.'),
    port: port(8080, 'Port the methods listen on; 0 takes any free one.'),
    basePaths: Type.Array(
      Type.String({
        pattern: `^(?!.*/(${METHOD_NAMES.join('|')})$)(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`,
        accepts:
          'a path such as /v1 or /wallet/e-wallets-v1: starts with /, has no slash at its end and no method name',
      }),
      {
        default: ['/v1'],
        minItems: 1,
        maxItems: 16,
        uniqueItems: true,
        description:
          'Base paths of the methods. A slash and the name of a method follow each of them. A base path contains the major version and never the payment integrator account id; there is one for each edition. [URL-1, URL-2, URL-3, IDEM-9]',
      },
    ),
    methods: Type.Array(Type.Enum([...METHOD_NAMES]), {
      default: [...METHOD_NAMES],
      minItems: 1,
      uniqueItems: true,
      description: 'Methods that are enabled; a method that is left out is answered 501. [OQ-21]',
    }),
    bodyBytesMax: Type.Integer({
      default: 65_536,
      minimum: 4096,
      maximum: 1_048_576,
      unit: 'bytes',
      description: 'Maximum size of a request body; a longer one is refused unread.',
    }),
    requestTimeoutMs: Type.Integer({
      default: 7000,
      minimum: 500,
      maximum: MINUTE_MS,
      unit: 'ms',
      description: 'Time limit for receiving a whole request; then the connection is closed.',
    }),
    keepAliveTimeoutMs: Type.Integer({
      default: 65_000,
      minimum: 1000,
      maximum: 600_000,
      unit: 'ms',
      description:
        'How long an idle connection is kept open; half as long if no valid request arrived on it. Set it longer than the idle timeout of the load balancer in front.',
    }),
    connectionsMax: Type.Integer({
      default: 2048,
      minimum: 1,
      maximum: 65_536,
      unit: 'connections',
      description:
        'Maximum number of open connections. When it is reached, a new connection replaces the one that has been idle for longest and on which no valid request arrived.',
    }),
    tls: Type.Optional(tlsOf('TLS of the methods. Absent: plain HTTP, for the sandbox and behind a proxy.')),
    behindProxy: Type.Boolean({
      default: false,
      description:
        'States that a proxy in front terminates TLS, with the suites of TLS-2, and that nobody else can reach the port. Without it, production refuses to serve plain HTTP. [TLS-5]',
    }),
  },
  {
    description: 'The listener that Google calls.',
    formerly: { headersTimeoutMs: 'nothing; remove it: it is 5 s, and at most http.requestTimeoutMs' },
  },
);

const operator = Type.Object(
  {
    host: host(
      'Address the operator routes listen on. Whoever can reach it can read the metrics, and in the sandbox every code.',
    ),
    port: port(8081, 'Port the operator routes listen on; 0 takes any free one.'),
    privateNetwork: Type.Boolean({
      default: false,
      description:
        'States that only operators, health probes and metrics scrapers can reach the address. Without it, production listens on loopback only.',
    }),
    hostNames: Type.Array(
      Type.String({
        pattern: '^[A-Za-z0-9._-]{1,253}$',
        accepts: 'a host name, without port',
        description: 'A name.',
      }),
      {
        default: [],
        maxItems: 32,
        uniqueItems: true,
        description:
          'Host names that operator routes answer to, in addition to `localhost`, `host` and IP addresses. All others are refused, to prevent DNS rebinding from a web page; `/health/…` answers every name.',
      },
    ),
  },
  { description: 'Health, metrics and the inbox, for operators; never reachable by Google.' },
);

const requests = Type.Object(
  {
    budgetMs: Type.Integer({
      default: 2500,
      minimum: 500,
      maximum: BUDGET.longestMs,
      unit: 'ms',
      description:
        'Deadline of every request, for directory, store and all gateways together; a tenth is reserved for signing and encrypting the answer. [OPS-2]',
    }),
    concurrentMax: Type.Integer({
      default: 1024,
      minimum: 1,
      maximum: 65_536,
      unit: 'requests',
      description:
        'Maximum number of concurrent requests; unauthenticated callers get at most half of them. Further requests are answered 503.',
    }),
    acceptBothIdentifiers: Type.Boolean({
      default: true,
      description:
        'Accept a sendOtp with both accountPhoneNumber and associationId, as the older edition of the protocol sent it, and check that they match. [OQ-1]',
    }),
    retryUnsent: Type.Boolean({
      default: true,
      description:
        'When a sendOtp that was answered MESSAGE_UNABLE_TO_BE_SENT is repeated, the server tries to send the same code again. [OQ-11]',
    }),
  },
  {
    description: 'How requests of every method are processed.',
    formerly: {
      twinWaitMs: 'nothing; remove it: it is four fifths of requests.budgetMs',
      leaseMs: 'nothing; remove it: it is 10 s, twice the longest requests.budgetMs',
    },
  },
);

const codes = Type.Object(
  {
    length: Type.Integer({
      default: 6,
      minimum: 4,
      maximum: 10,
      unit: 'digits',
      description: 'Length of a code. [SMS-9]',
    }),
    validityMs: Type.Integer({
      default: 600_000,
      minimum: MINUTE_MS,
      maximum: CODE_BOUNDS.validityMsMax,
      unit: 'ms',
      description: 'How long a code is valid; NIST SP 800-63B allows at most ten minutes. [SMS-12]',
    }),
    attemptsMax: Type.Integer({
      default: 5,
      minimum: 1,
      maximum: CODE_BOUNDS.attemptsMax,
      unit: 'attempts',
      description: 'Number of wrong attempts after which a code is invalidated. [SO-13]',
    }),
    secrets: Type.Array(
      Type.Object({
        id: Type.String({
          pattern: '^[A-Za-z0-9._-]{1,32}$',
          accepts: '1 to 32 of A-Z a-z 0-9 . _ -',
          description: 'Name of the secret; stored with each challenge.',
        }),
        secret: secret({
          minLength: 32,
          description: 'Key of the HMAC that codes are derived with; 32 characters or more.',
        }),
      }),
      {
        minItems: 1,
        maxItems: 8,
        sandboxDefault: [{ id: 'sandbox', secret: { file: 'sandbox-code-secret' } }],
        description:
          'Secrets that codes are derived from. The first one makes new codes; the others still verify codes made with them.',
      },
    ),
  },
  { description: 'One-time codes.' },
);

const digests = Type.Object(
  {
    secret: secret({
      minLength: 32,
      sandboxDefault: { file: 'sandbox-digest-secret' },
      description:
        'Key of the digests that replace account ids, phone numbers and request bodies in the store; 32 characters or more. With another key the server refuses to start, because it would forget current quota usage and take repeated requests for changed ones; see gsp-otp secrets.',
    }),
  },
  { description: 'Keyed digests that the store contains instead of personal data. [IDEM-13]' },
);

const quotas = Type.Object(
  {
    coolDownMs: Type.Integer({
      default: 30_000,
      minimum: 0,
      maximum: 600_000,
      unit: 'ms',
      description: 'Minimum time between two texts to one phone number or account; 0 disables it.',
    }),
    sendsPerPhoneNumber: quota(
      5,
      HOUR_MS,
      'texts',
      'Texts to one phone number; one that is sent once more counts twice. [OQ-28]',
    ),
    sendsPerAccount: quota(10, DAY_MS, 'texts', 'Texts to one account, likewise.'),
    coolDownAfterRefusalMs: Type.Integer({
      default: 2000,
      minimum: 0,
      maximum: 600_000,
      unit: 'ms',
      description:
        'Minimum time between a text that a gateway refused and the next text to the same phone number or account; 0 disables it. [OQ-67]',
    }),
    refusedTexts: quota(
      20,
      HOUR_MS,
      'texts',
      'Texts to one phone number, or to one account, that a gateway refused. [OQ-67]',
    ),
    failedVerificationsPerAccount: quota(5, DAY_MS, 'wrong codes', 'Wrong codes for one account. [SO-13]'),
    uncomparedVerificationsPerAccount: quota(
      50,
      DAY_MS,
      'codes',
      'Verification attempts for one account that could not be compared because the code had expired, been superseded, exhausted or used. [OQ-68]',
    ),
    exhaustionLockMs: Type.Integer({
      default: 1_800_000,
      minimum: 0,
      maximum: windowMsMax,
      unit: 'ms',
      description:
        'How long an account gets no texts after a code was exhausted by wrong attempts; 0 disables it. [OQ-5]',
    }),
    sendsPerCountry: Type.Optional(
      Type.Record(
        Type.String({ pattern: `^(default|${countryCodes.join('|')})$` }),
        ceiling('Texts to one country.'),
        {
          keyAccepts: 'an ISO 3166-1 alpha-2 country code such as BR, or default',
          description:
            'Texts to all numbers of a country, by ISO 3166-1 alpha-2 code. `default` applies to each country that is not named. Absent: no limit.',
        },
      ),
    ),
    sendsGlobal: Type.Optional(ceiling('Texts to all numbers together. Absent: no limit.')),
  },
  {
    description:
      'Rate limits for texts and verification attempts. Exceeding a limit of one number or account is answered OTP_LIMIT_REACHED; exceeding a limit across users or on refused texts, MESSAGE_UNABLE_TO_BE_SENT.',
  },
);

const phoneNumbers = Type.Object(
  {
    allowedCountries: Type.Array(
      Type.Enum(countryCodes, { accepts: 'an ISO 3166-1 alpha-2 country code such as BR' }),
      {
        default: [],
        uniqueItems: true,
        description:
          'Countries that texts are sent to, by ISO 3166-1 alpha-2 code. A number in a range that the numbering plans do not contain yet counts as the main country of its calling code. Empty: all. [OQ-83]',
      },
    ),
    refuseImplausible: Type.Enum(['never', 'impossible', 'not-mobile'], {
      default: 'never',
      description:
        'Which well-formed numbers are answered INVALID_PHONE_NUMBER: none, those that no numbering plan allows, or also those that are certainly not mobile. [TEL-3]',
    }),
  },
  { description: 'Which phone numbers receive texts.' },
);

const languageTag = {
  pattern: '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$',
  accepts: 'a BCP 47 language tag such as pt or pt-BR',
};

const dltId = (description: string) =>
  Type.String({ pattern: '^[0-9]{1,32}$', accepts: 'digits, in quotes', description });

const dlt = Type.Object(
  {
    entityId: dltId('Id of the principal entity, which is your organisation.'),
    templateIds: Type.Record(
      Type.String({
        pattern:
          '^(default|[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?\\.(association|mandateCreation|associationWithMandateCreation|general))$',
      }),
      dltId('Id of the registered text.'),
      {
        keyAccepts: 'a text such as hi.association or en.general, or default',
        description:
          'Ids of the content templates, by language and context as `gsp-otp templates show` lists them. `default` applies to each text that is not named.',
      },
    ),
  },
  {
    description: 'Your DLT registration, sent with each text to India (+91). Absent: nothing is sent.',
  },
);

const sms = Type.Object(
  {
    brand: Type.String({
      pattern: `^${SHOWN_IN_TEXT}{1,30}$`,
      prose: true,
      accepts: '1 to 30 printable characters',
      sandboxDefault: 'Sandbox',
      description: 'The name that your users know you by, as it appears in the text.',
    }),
    defaultLanguage: Type.String({
      ...languageTag,
      default: 'en',
      description: 'Language of the text if the account has none, or one without a text template.',
    }),
    languages: Type.Optional(
      Type.Array(Type.String(languageTag), {
        minItems: 1,
        maxItems: 256,
        uniqueItems: true,
        description:
          'Languages of the texts; the text of each must fit an SMS with your brand. Absent: all available languages.',
      }),
    ),
    tokenLine: Type.Enum(['last', 'first'], {
      default: 'last',
      description: 'Which line of the text contains only the SMS matching token. [SMS-2, SMS-5]',
    }),
    templatesFile: Type.Optional(
      Type.String({
        filePath: true,
        description: 'File with your own text templates. Absent: the built-in ones.',
      }),
    ),
    dlt: Type.Optional(dlt),
    resendUnknown: Type.Boolean({
      default: true,
      description: 'A retry sends a text of unknown outcome once more, with the same code. [OQ-28]',
    }),
    gateway,
  },
  { description: 'The texts and the gateways that deliver them.' },
);

const moneyGuard = Type.Object(
  {
    mode: Type.Enum(['off', 'observe', 'enforce'], {
      default: 'observe',
      description:
        'What to do about texts beyond a budget: nothing, report what would be refused, or refuse them with MESSAGE_UNABLE_TO_BE_SENT.',
    }),
    windowMs: windowMs({ default: HOUR_MS, description: 'Sliding window in which texts are counted.' }),
    unverifiedPerVerified: Type.Number({
      default: 2,
      minimum: 0,
      maximum: 100,
      unit: 'texts',
      description:
        'Number of unverified texts that each verified text allows, in its country and its prefix.',
    }),
    countryFloor: Type.Integer({
      default: 200,
      minimum: 1,
      maximum: 1_000_000_000,
      unit: 'texts',
      description:
        'Number of unverified texts that are always allowed to a country, so that small markets can begin.',
    }),
    rangeFloor: Type.Integer({
      default: 60,
      minimum: 1,
      maximum: 1_000_000,
      unit: 'texts',
      description:
        'Number of unverified texts that are always allowed to numbers that differ in their last six digits only.',
    }),
    prefixFloor: Type.Integer({
      default: 20,
      minimum: 1,
      maximum: 1_000_000,
      unit: 'texts',
      description:
        'Number of unverified texts that are always allowed to numbers that differ in their last four digits only.',
    }),
    countryMax: Type.Optional(
      Type.Record(
        Type.String({ pattern: `^(default|${countryCodes.join('|')})$` }),
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000_000,
          unit: 'texts',
          description: 'Maximum number within the window.',
        }),
        {
          keyAccepts: 'an ISO 3166-1 alpha-2 country code such as BR, or default',
          description:
            'Maximum number of unverified texts to a country, however many are verified. Absent: no such limit.',
        },
      ),
    ),
    blockMs: Type.Integer({
      default: HOUR_MS,
      minimum: MINUTE_MS,
      maximum: 7 * DAY_MS,
      unit: 'ms',
      description: 'How long a country or prefix that used up its budget gets no texts.',
    }),
  },
  {
    description:
      'The defence against SMS pumping (artificially inflated traffic): budgets for texts whose codes nobody verified, by country and number prefix. Numbers that verified before are exempt.',
  },
);

const closedGuard = Type.Object(
  {
    mode: Type.Optional(
      Type.Enum(['off', 'enforce'], {
        description:
          'Whether closed accounts are withheld when more are closed than is plausible. Absent: enforce in production, off in the sandbox.',
      }),
    ),
    share: Type.Number({
      default: 0.05,
      minimum: 0.0001,
      maximum: 1,
      description: 'What part of the accounts seen within a day may be closed.',
    }),
    seenMin: Type.Integer({
      default: 200,
      minimum: 1,
      maximum: 1_000_000_000,
      unit: 'accounts',
      description: 'Number of accounts seen within a day from which on the share counts.',
    }),
    closedMin: Type.Integer({
      default: 20,
      minimum: 1,
      maximum: 1_000_000_000,
      unit: 'accounts',
      description: 'Number of closed accounts within a day from which on the share counts.',
    }),
  },
  {
    description:
      'Protection against a directory that wrongly says of many accounts that they are closed, for which Google closes the payment instruments of their users for good. Beyond the share, sendOtp is answered 503 for closed accounts until `gsp-otp guard confirm-closed`. Counted are the accounts that association ids named, each once a day. [SO-11, OQ-95]',
  },
);

const retention = Type.Object(
  {
    requestsMs: Type.Integer({
      default: 30 * DAY_MS,
      minimum: 30 * DAY_MS,
      maximum: 3650 * DAY_MS,
      unit: 'ms',
      description:
        'How long answered requests are kept so that repetitions get the same answer; afterwards their ids count as new. [OQ-10, IDEM-12]',
    }),
  },
  {
    description: 'How long data is kept.',
    formerly: {
      sweepRowsMax: 'nothing; remove it: it is 50 requests a step',
      sweepIntervalMs: 'nothing; remove it: it is one minute',
    },
  },
);

const log = Type.Object(
  {
    level: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      default: 'info',
      description: 'Minimum severity that is logged.',
    }),
    format: Type.Enum(['json', 'pretty'], {
      default: 'json',
      description: 'One JSON object per line, or readable lines.',
    }),
  },
  { description: 'The log, on standard output.' },
);

export const dataDirectory = {
  default: './gsp-otp-data',
  filePath: true,
  description:
    'Directory of the data on this machine, such as the databases of `sqlite`; created if missing.',
};

export const settings = Type.Object({
  profile: Type.Enum(['sandbox', 'production'], {
    default: 'sandbox',
    description:
      'The sandbox starts without any setting. Production refuses everything that is meant only for trials. [ENV-1]',
  }),
  dataDirectory: Type.String(dataDirectory),
  store,
  directory,
  http,
  operator,
  receipts: Type.Optional(receipts(host(''), port(8082, ''))),
  internal: Type.Optional(internal(host(''), port(8083, ''))),
  requests,
  codes,
  digests,
  quotas,
  moneyGuard,
  closedGuard,
  phoneNumbers,
  sms,
  payload,
  cryptography,
  retention,
  log,
});

/** Every setting with a value: defaults filled in, paths absolute, secrets loaded. */
export type Settings = ValuesOf<typeof settings>;
