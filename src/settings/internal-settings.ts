import { secret } from '../config/references.ts';
import { Type } from '../config/setting-words.ts';
import { SCOPES } from '../ports/caller.ts';
import { clientName, tlsOf } from './tls-settings.ts';

const caller = Type.Object({
  name: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
    accepts: '1 to 32 of a-z 0-9 -',
    description:
      'Name of the caller in the audit log. Two entries may have the same one, while a token or a key is replaced.',
  }),
  scopes: Type.Array(Type.Enum([...SCOPES]), {
    minItems: 1,
    uniqueItems: true,
    description:
      'What the caller may do: `consume` codes, `associate` accounts, `revoke` codes, `read` what became of requests, `erase` and export what is known of a person.',
  }),
  token: Type.Optional(
    secret({
      minLength: 32,
      description: 'The bearer token that it sends; 32 characters or more.',
    }),
  ),
  hmacKey: Type.Optional(
    secret({
      minLength: 32,
      description: 'The key that it signs each call with; 32 characters or more.',
    }),
  ),
  certificate: Type.Optional(
    Type.String({
      ...clientName,
      description:
        'The client certificate that it shows, by SHA-256 fingerprint or subject. Needs `internal.tls.clientCertificates: required`.',
    }),
  ),
});

/** The listener that the integrator's own systems call. */
export const internal = (host: object, port: object) =>
  Type.Object(
    {
      host: Type.String({ ...host, description: 'Address that the internal API listens on.' }),
      port: Type.Integer({
        ...port,
        description: 'Port that the internal API listens on; 0 takes any free one.',
      }),
      tls: Type.Optional(
        tlsOf('TLS of the internal API. Absent: plain HTTP, for loopback and behind a proxy.'),
      ),
      behindProxy: Type.Boolean({
        default: false,
        description:
          'States that a proxy or a service mesh in front terminates TLS, and that nobody else can reach the port. Without it, production serves plain HTTP on loopback only.',
      }),
      callers: Type.Array(caller, {
        default: [],
        maxItems: 64,
        description:
          'Who may call, and what each may do. Each entry has exactly one of `token`, `hmacKey` and `certificate`. Empty: anybody may do everything, in the sandbox on loopback only.',
      }),
    },
    {
      description:
        'The internal API, a listener for your own systems: the core system, the handlers of associateAccount, capture and createMandate, the support desk. See [the internal API](internal-api.md). Absent: there is none.',
    },
  );
