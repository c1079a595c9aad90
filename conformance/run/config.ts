import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { isObject } from '../google/answer.ts';
import { ConformanceConfigError } from './config-error.ts';

const closed = { additionalProperties: false };
const texts = Type.Array(Type.String({ minLength: 1 }));
const natural = (description: string) => Type.Integer({ minimum: 0, description });

const PhoneNumber = Type.String({ pattern: '^\\+[1-9][0-9]{1,14}$', description: 'E.164' });
const AssociationId = Type.String({ minLength: 1 });

/** Somebody the endpoint knows, or certainly doesn't. Either identifier may be left out. */
const Subject = Type.Object(
  { phoneNumber: Type.Optional(PhoneNumber), associationId: Type.Optional(AssociationId) },
  closed,
);
export type Subject = Static<typeof Subject>;

/** An active account whose texts can be read. */
const KnownSubject = Type.Object(
  { phoneNumber: PhoneNumber, associationId: Type.Optional(AssociationId) },
  closed,
);
export type KnownSubject = Static<typeof KnownSubject>;

const Subjects = Type.Object(
  {
    known: Type.Optional(Type.Array(KnownSubject)),
    unknown: Type.Optional(Subject),
    notEligible: Type.Optional(Subject),
    closed: Type.Optional(Subject),
    closedAccountTakenOver: Type.Optional(Subject),
    closedFraud: Type.Optional(Subject),
    withoutPhoneNumber: Type.Optional(Subject),
    undeliverable: Type.Optional(Subject),
  },
  closed,
);
export type SubjectState = Exclude<keyof Static<typeof Subjects>, 'known'>;

const headers = Type.Optional(Type.Record(Type.String(), Type.String()));
const path = (description: string) => Type.String({ description });
const smsKinds = {
  inbox: Type.Object({ kind: Type.Literal('inbox'), url: Type.String(), headers }, closed),
  http: Type.Object(
    {
      kind: Type.Literal('http'),
      url: Type.String({ description: '{phoneNumber} is replaced, percent-encoded' }),
      headers,
      messages: Type.Optional(
        path('where the list stands in the answer, such as data.items; left out: it is the answer'),
      ),
      text: path('where the text stands in a message, such as body.text'),
      to: Type.Optional(path('where the number stands; left out: the URL has selected already')),
    },
    closed,
  ),
  webhook: Type.Object(
    {
      kind: Type.Literal('webhook'),
      host: Type.Optional(Type.String()),
      port: Type.Integer({ minimum: 0, maximum: 65535 }),
      text: path('member of the posted JSON or form that holds the text'),
      to: path('member that holds the number'),
    },
    closed,
  ),
  command: Type.Object(
    { kind: Type.Literal('command'), command: Type.Array(Type.String(), { minItems: 1 }) },
    closed,
  ),
  prompt: Type.Object({ kind: Type.Literal('prompt') }, closed),
};
const { inbox, http, webhook, command, prompt } = smsKinds;
const Sms = Type.Union([inbox, http, webhook, command, prompt]);
export type SmsConfig = Static<typeof Sms>;

/** A request that brings something about. `body` is sent as JSON. */
const HttpStep = Type.Object(
  {
    method: Type.Optional(Type.String({ pattern: '^[A-Z]+$', description: 'POST if left out' })),
    url: Type.String({ pattern: '^https?://' }),
    headers,
    body: Type.Optional(Type.Unknown()),
  },
  closed,
);
export type HttpStep = Static<typeof HttpStep>;

const ConformanceConfigSchema = Type.Object(
  {
    url: Type.Optional(Type.String({ description: 'https://host/base-path' })),
    pathStyle: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._~/-]*$' })),
    codec: Type.Optional(
      Type.Union([Type.Literal('plain'), Type.Literal('pgp'), Type.Literal('jwe'), Type.Literal('jwe+jws')]),
    ),
    google: Type.Optional(
      Type.Object(
        {
          privateKeys: texts,
          passphrase: Type.Optional(Type.String()),
          expiredKeys: Type.Optional(texts),
          revokedKeys: Type.Optional(texts),
        },
        closed,
      ),
    ),
    integrator: Type.Optional(Type.Object({ publicKeys: texts }, closed)),
    jose: Type.Optional(
      Type.Object(
        {
          keyManagement: Type.Optional(Type.Union([Type.Literal('RSA-OAEP-256'), Type.Literal('RSA-OAEP')])),
          contentEncryption: Type.Optional(
            Type.Union([Type.Literal('A256GCM'), Type.Literal('A128GCM'), Type.Literal('A128CBC-HS256')]),
          ),
          signature: Type.Optional(
            Type.Union([Type.Literal('RS256'), Type.Literal('PS256'), Type.Literal('ES256')]),
          ),
        },
        closed,
      ),
    ),
    tls: Type.Optional(
      Type.Object(
        {
          ca: Type.Optional(Type.String()),
          clientCertificate: Type.Optional(Type.String()),
          clientPrivateKey: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
    subjects: Type.Optional(Subjects),
    sms: Type.Optional(Sms),
    gatewayOutage: Type.Optional(
      Type.Object(
        { begin: HttpStep, end: HttpStep },
        { ...closed, description: 'has the gateway of the endpoint refuse every text, and ends that' },
      ),
    ),
    codePattern: Type.Optional(
      Type.String({
        format: 'regex',
        description: 'finds the code in a text; its first group, if it has one, is the code',
      }),
    ),
    bothIdentifiers: Type.Optional(Type.Boolean()),
    limits: Type.Optional(
      Type.Object(
        {
          coolDownMs: Type.Optional(natural('pause between two texts to one subject')),
          textsPerSubjectMax: Type.Optional(natural('texts to one subject in a run')),
          wrongCodesMax: Type.Optional(natural('wrong codes that exhaust a challenge')),
        },
        closed,
      ),
    ),
    echo: Type.Optional(
      Type.Object(
        {
          intervalMs: Type.Optional(natural('between two echo calls')),
          per15MinutesMax: Type.Optional(natural('echo calls in any 15 minutes; 0: no limit')),
        },
        closed,
      ),
    ),
    timing: Type.Optional(
      Type.Object(
        {
          answerMs: Type.Optional(natural('how long an answer may take before it is given up')),
          textMs: Type.Optional(natural('how long a text may take to appear')),
          quietMs: Type.Optional(natural('how long nothing must come before "no text" is believed')),
        },
        closed,
      ),
    ),
    latency: Type.Optional(
      Type.Object(
        {
          samples: Type.Optional(natural('calls made only to be timed')),
          unavailableMs: Type.Optional(natural('slower than this counts as no answer')),
          p95Ms: Type.Optional(natural('95 % of answers are faster')),
          p90Ms: Type.Optional(natural('90 % of answers are faster')),
        },
        closed,
      ),
    ),
    transport: Type.Optional(
      Type.Object(
        {
          plainHttpPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
          oversizedBodyBytes: Type.Optional(natural('a body that no method can need')),
          slowBodyMs: Type.Optional(natural('how long a request may drip before it should be cut off')),
        },
        closed,
      ),
    ),
  },
  closed,
);

/**
 * Everything a run is told. Keys and certificates are their text (armor, PEM, JWK or JWKS as JSON); in a
 * configuration file the same settings name files, relative to it.
 */
export type ConformanceConfig = Static<typeof ConformanceConfigSchema>;

const schema = Compile(ConformanceConfigSchema);

/** Throws `ConformanceConfigError` with one line for each thing that is wrong. */
export function checkConformanceConfig(value: unknown): ConformanceConfig {
  if (!schema.Check(value)) throw new ConformanceConfigError(schemaFaults(value).join('; '));
  const faults = urlFaults(value);
  if (faults.length > 0) throw new ConformanceConfigError(faults.join('; '));
  return value;
}

function schemaFaults(value: unknown): string[] {
  const { sms }: Readonly<Record<string, unknown>> = isObject(value) ? value : {};
  const others = tell(schema.Errors(value), '').filter((line) => !/^sms\b/.test(line));
  return [...others, ...(sms === undefined ? [] : smsFaults(sms))];
}

/** Of all kinds only the one that was meant has anything to say. */
function smsFaults(sms: unknown): string[] {
  const { kind }: Readonly<Record<string, unknown>> = isObject(sms) ? sms : {};
  const meant = Object.entries(smsKinds).find(([name]) => name === kind)?.[1];
  if (meant === undefined) return [`sms.kind must be one of ${Object.keys(smsKinds).join(', ')}`];
  return tell(Compile(meant).Errors(sms), '/sms');
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

function tell(errors: readonly SchemaError[], above: string): string[] {
  const choices = (path: string) =>
    errors.flatMap(({ instancePath, params }) =>
      instancePath === path && 'allowedValue' in params ? [String(params.allowedValue)] : [],
    );
  const lines = errors
    .filter(({ keyword }) => keyword !== 'boolean' && keyword !== 'anyOf')
    .map((error) => {
      const place = `${above}${error.instancePath}`.slice(1).replaceAll('/', '.') || 'the configuration';
      const chosen = choices(error.instancePath);
      return `${place} ${chosen.length > 0 ? `must be one of ${chosen.join(', ')}` : told(error)}`;
    });
  return [...new Set(lines)];
}

function told(error: SchemaError): string {
  const extra = 'additionalProperties' in error.params ? error.params.additionalProperties : undefined;
  return Array.isArray(extra) ? `has no setting ${extra.join(', ')}` : error.message;
}

/** A URL itself isn't told: it may hold a key. */
function urlFaults({ sms, gatewayOutage }: ConformanceConfig): string[] {
  const urls = {
    'sms.url': sms !== undefined && 'url' in sms ? sms.url.replaceAll('{phoneNumber}', '1') : undefined,
    'gatewayOutage.begin.url': gatewayOutage?.begin.url,
    'gatewayOutage.end.url': gatewayOutage?.end.url,
  };
  return Object.entries(urls).flatMap(([place, text]) => {
    if (text === undefined) return [];
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol))
      return [`${place} must be an absolute http or https URL`];
    return url.username === '' && url.password === ''
      ? []
      : [`${place} must be without user and password: say them in headers.authorization`];
  });
}
