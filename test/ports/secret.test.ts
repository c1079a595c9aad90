import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../../src/ports/secret.ts';

test('a value that is no text is refused, and not quoted', () => {
  for (const value of [14035550123, { number: '+14035550123' }, undefined, null]) {
    assert.throws(
      () => new Secret(value as unknown as string),
      (error: Error) => error instanceof TypeError && !error.message.includes('403'),
    );
  }
});

test('who is handed a secret can put nothing in place of what reveals it', () => {
  const secret = new Secret('+14035550123');
  assert.throws(() => Object.assign(secret, { reveal: () => '+14035550199' }), TypeError);
  assert.equal(secret.reveal(), '+14035550123');
});

test('what was forgotten can not be revealed, and shows itself as before', () => {
  const secret = new Secret('open sesame', '{file: /run/secrets/tls}');
  assert.equal(secret.reveal(), 'open sesame');
  secret.forget();
  secret.forget();
  assert.throws(() => secret.reveal(), /^TypeError: \{file: \/run\/secrets\/tls\} was forgotten$/);
  assert.equal(`${secret} ${JSON.stringify(secret)} ${inspect(secret)}`.includes('sesame'), false);
  assert.equal(String(secret), '{file: /run/secrets/tls}');
});
