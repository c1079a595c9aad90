import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../../src/ports/secret.ts';

test('what was forgotten can not be revealed, and shows itself as before', () => {
  const secret = new Secret('open sesame', '{file: /run/secrets/tls}');
  assert.equal(secret.reveal(), 'open sesame');
  secret.forget();
  secret.forget();
  assert.throws(() => secret.reveal(), /^TypeError: \{file: \/run\/secrets\/tls\} was forgotten$/);
  assert.equal(`${secret} ${JSON.stringify(secret)} ${inspect(secret)}`.includes('sesame'), false);
  assert.equal(String(secret), '{file: /run/secrets/tls}');
});
