import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  fillRequestTemplate,
  placeholderValues,
} from '../../../../src/adapters/gateways/http/request-template.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { exampleDlt, exampleNumber, messageWith } from '../shared/gateway-stand-in.ts';

const valuesOf = (text: string) =>
  placeholderValues(
    { ...messageWith(text), dlt: exampleDlt },
    {
      sender: 'Exemplo',
      senders: { CA: '+14035550100' },
      secrets: { key: new Secret('k&y') },
      encodingWords: { gsm7: 'G', ucs2: 'U' },
    },
  );

test('every placeholder has its value, written for its place', () => {
  const values = valuesOf('a b');
  const all =
    '{to} {toDigits} {reference} {validitySeconds} {country} {language} {encoding} {sender} {dltEntityId} {dltTemplateId}';
  assert.equal(
    fillRequestTemplate(all, values, 'header'),
    `${exampleNumber} ${exampleNumber.slice(1)} AbCdEf0123456789 300 CA en G +14035550100 ${exampleDlt.entityId} ${exampleDlt.templateId}`,
  );
  assert.equal(fillRequestTemplate('?t={text}&k={secrets.key}', values, 'url'), '?t=a%20b&k=k%26y');
  assert.equal(fillRequestTemplate('{encoding}', valuesOf('कोड'), 'form'), 'U');
  assert.equal(fillRequestTemplate('{"a":{}}', values, 'json'), '{"a":{}}');
});

test('no text breaks out of its place', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const values = valuesOf(text);
      const json = JSON.parse(fillRequestTemplate('{"a":"{text}","b":1}', values, 'json'));
      assert.deepEqual(json, { a: text, b: 1 });
      const form = new URLSearchParams(fillRequestTemplate('a={text}&b=1', values, 'form'));
      assert.deepEqual(
        [...form],
        [
          ['a', text],
          ['b', '1'],
        ],
      );
    }),
  );
});
