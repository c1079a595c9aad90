import { secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';

const header = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$', accepts: 'the name of a header', description });

const key = (description: string) => secret({ minLength: 32, description });

/** How a gateway without a scheme of its own proves that a call is its own. */
export const proof = Type.Union(
  [
    Type.Object({
      kind: Type.Literal('signed-url', {
        description: 'by calling a URL that was made and signed by us for one text.',
      }),
      key: key('Key of that signature, which you make; 32 characters or more.'),
    }),
    Type.Object({
      kind: Type.Literal('basic', { description: 'by a user name and a password (HTTP Basic).' }),
      user: Type.String({
        pattern: '^[\\x21-\\x39\\x3b-\\x7e]{1,128}$',
        accepts: 'a user name without colon',
        description: 'User name.',
      }),
      password: secret({ minLength: 16, description: 'Password, 16 characters or more.' }),
    }),
    Type.Object({
      kind: Type.Literal('header', { description: 'by a secret in a header.' }),
      header: header('Name of the header.'),
      secret: secret({ minLength: 16, description: 'Value of the header, 16 characters or more.' }),
    }),
    Type.Object({
      kind: Type.Literal('hmac', { description: 'by an HMAC-SHA256 of the body in a header.' }),
      header: header('Name of the header.'),
      prefix: Type.Optional(
        Type.String({
          pattern: '^[\\x21-\\x7e]{1,32}$',
          accepts: 'up to 32 characters without spaces',
          description: 'Prefix of the digest, such as `sha256=`. Absent: none.',
        }),
      ),
      encoding: Type.Enum(['hex', 'base64'], { default: 'hex', description: 'Encoding of the digest.' }),
      key: secret({ minLength: 16, description: 'Key of the HMAC, 16 characters or more.' }),
    }),
  ],
  { description: 'How a call is authenticated.' },
);
