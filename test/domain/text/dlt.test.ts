import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dltFor } from '../../../src/domain/text/dlt.ts';
import { createTemplates, TemplateError } from '../../../src/domain/text/sms-template.ts';
import { Secret } from '../../../src/ports/secret.ts';

const registration = {
  entityId: '1101',
  templateIds: { 'hi.association': '1', 'hi.general': '2', default: '3' },
};
const india = new Secret('+919900000001');

for (const [language, otpContext, templateId] of [
  ['hi', 'association', '1'],
  ['hi', undefined, '2'],
  ['hi', 'mandateCreation', '3'],
  ['en', 'association', '3'],
] as const) {
  test(`a text to India in ${language} for ${otpContext ?? 'no purpose'} has the id of that text`, () => {
    assert.deepEqual(dltFor(registration, india, { language, otpContext }), { entityId: '1101', templateId });
  });
}

test('no ids go along elsewhere, without a registration, or with a text that is not registered', () => {
  const text = { language: 'en', otpContext: undefined };
  assert.equal(dltFor(registration, new Secret('+14035550123'), text), undefined);
  assert.equal(dltFor(undefined, india, text), undefined);
  assert.equal(dltFor({ entityId: '1101', templateIds: { 'hi.general': '2' } }, india, text), undefined);
});

test('an id for a text that there is not is a fault', () => {
  const create = (languages: readonly string[]) =>
    createTemplates(
      {},
      {
        brand: 'Exemplo',
        tokenLine: 'last',
        codeLength: 6,
        defaultLanguage: 'en',
        languages,
        dlt: registration,
      },
    );
  assert.equal(create(['en', 'hi']).dlt, registration);
  assert.throws(
    () => create(['en']),
    (error: unknown) =>
      error instanceof TemplateError &&
      error.faults.length === 2 &&
      /sms\.dlt\.templateIds names hi\.association/.test(error.faults[0]?.reason ?? ''),
  );
});
