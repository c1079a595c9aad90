import {
  BODY_PROBLEMS,
  COMMON_PROBLEMS,
  KEY_PROBLEMS,
  OPENAPI_PATH,
  type Operation,
  operations,
} from '../../methods/internal/operations.ts';
import { PROBLEM_TYPES, PROBLEMS, type ProblemName } from '../../methods/internal/problems.ts';
import { type SchemaName, schemas } from '../../methods/internal/schemas.ts';

const DESCRIPTION = `What the systems of an integrator call at its gsp-otp server: the handlers of associateAccount, capture and createMandate,
the core system, the support desk. It is served by a listener of its own, never to Google. docs/internal-api.md explains it.

Members that are not described here are ignored in requests. Answers may get more members in later versions.`;

/** The internal API as an OpenAPI 3.1 document, made of the table that the routes are made of. */
export function createOpenApi(version: string): object {
  const paths = Object.entries<Operation>(operations).map(
    ([name, operation]) =>
      [operation.path, { [operation.method.toLowerCase()]: describe(name, operation) }] as const,
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'gsp-otp internal API',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      { url: 'https://otp.bank.example:8083', description: 'As `internal.host` and `internal.port` say.' },
    ],
    security: [{ token: [] }, { signature: [] }, { certificate: [] }],
    tags: [{ name: 'internal', description: 'For systems of the integrator.' }],
    paths: { ...Object.fromEntries(paths), [OPENAPI_PATH]: { get: documentOperation() } },
    components: { schemas: bodySchemas(), securitySchemes },
  };
}

/** All but those of parameters, which OpenAPI has one by one. */
function bodySchemas(): object {
  const ofPaths = new Set(
    Object.values<Operation>(operations).flatMap(({ method, request }) =>
      method === 'GET' ? [request] : [],
    ),
  );
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => !ofPaths.has(name as SchemaName)));
}

const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', description: 'A token of `internal.callers`.' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      'HMAC-SHA256 caller=NAME, timestamp=SECONDS, signature=HEXADECIMAL: the HMAC-SHA-256 by the key of that caller over five lines: the method, the path, the timestamp, the Idempotency-Key (empty if there is none) and the SHA-256 of the body in hexadecimal, with a line feed between them.',
  },
  certificate: {
    type: 'mutualTLS',
    description: 'A client certificate that a caller of `internal.callers` is named by.',
  },
};

function describe(name: string, operation: Operation): object {
  const { method, summary, description, scope, request, response } = operation;
  return {
    operationId: name,
    tags: ['internal'],
    summary,
    description: `${description}\n\nNeeds the scope \`${scope}\`.`,
    ...(operation.isKeyed && { parameters: [KEY_PARAMETER] }),
    ...(method === 'GET'
      ? { parameters: parametersOf(request) }
      : { requestBody: { required: true, content: { 'application/json': { schema: refTo(request) } } } }),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: refTo(response) } } },
      ...problemsOf([
        ...operation.problems,
        ...(operation.isKeyed ? KEY_PROBLEMS : []),
        ...COMMON_PROBLEMS,
        ...(method === 'GET' ? (['invalid-request'] as const) : BODY_PROBLEMS),
      ]),
    },
  };
}

const KEY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'The `requestHeader.requestId` of the call by Google that it is about. The same key with the same body gets the same answer, and nothing is done twice.',
  schema: { type: 'string', pattern: '^"?[A-Za-z0-9:_-]{1,100}"?$', examples: ['0123434-associate-abc'] },
};

function documentOperation(): object {
  return {
    operationId: 'openApi',
    tags: ['internal'],
    summary: 'This document',
    description: 'For every caller, whatever its scopes.',
    responses: {
      200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
      ...problemsOf(COMMON_PROBLEMS),
    },
  };
}

function parametersOf(name: SchemaName): readonly object[] {
  const { properties } = schemas[name] as {
    readonly properties: Readonly<Record<string, { description?: string }>>;
  };
  return Object.entries(properties).map(([member, { description, ...schema }]) => ({
    name: member,
    in: 'path',
    required: true,
    description,
    schema,
  }));
}

/** By status, as OpenAPI has answers; several problems may have the same one. */
function problemsOf(names: readonly ProblemName[]): object {
  const byStatus = Object.groupBy([...new Set(names)], (name) => PROBLEMS[name].status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, some = []]) => [
      status,
      {
        description: some.map((name) => `\`${PROBLEM_TYPES}${name}\`: ${PROBLEMS[name].title}.`).join('\n'),
        content: { 'application/problem+json': { schema: refTo('Problem') } },
      },
    ]),
  );
}

function refTo(name: SchemaName): object {
  return { $ref: `#/components/schemas/${name}` };
}
