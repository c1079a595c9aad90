import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { createTemplates } from '../../../src/domain/text/sms-template.ts';
import { type SmsTextOrder, type TokenLine, writeSmsText } from '../../../src/domain/text/sms-text.ts';
import { Secret } from '../../../src/ports/secret.ts';

const texts = {
  en: {
    association: 'en link {brand} {code}',
    mandateCreation: 'en pay {brand} {code}',
    associationWithMandateCreation: 'en both {brand} {code}',
    general: 'en {brand} {code}',
  },
  pt: { general: 'pt {code}', association: 'pt link {code}' },
  'pt-BR': { general: 'pt-BR {code}' },
};

function templates(
  change: { brand?: string; tokenLine?: TokenLine; texts?: unknown; defaultLanguage?: string } = {},
) {
  const { brand = 'Acme', tokenLine = 'last', defaultLanguage = 'en' } = change;
  return createTemplates(change.texts ?? texts, { brand, tokenLine, defaultLanguage, codeLength: 6 });
}

function compose(order: Partial<SmsTextOrder> = {}, set = templates()) {
  const { text, language } = writeSmsText(set, {
    language: 'en',
    otpContext: undefined,
    code: new Secret('012345'),
    smsMatchingToken: new Secret('AB12345678C'),
    ...order,
  });
  return { text: text.reveal(), language };
}

test('[SMS-1, SMS-2, SMS-3] the token stands alone on the last line, set off by a blank one', () => {
  assert.equal(compose().text, 'en Acme 012345\n\nAB12345678C');
});

test('[SMS-2] or alone on the first line', () => {
  assert.equal(compose({}, templates({ tokenLine: 'first' })).text, 'AB12345678C\n\nen Acme 012345');
});

test('[SMS-5, SMS-8] a text may begin with a prefix that the receiving app asks for', () => {
  const set = templates({ texts: { en: { general: '<#> {code} is your {brand} code' } } });
  assert.equal(compose({}, set).text, '<#> 012345 is your Acme code\n\nAB12345678C');
});

for (const [otpContext, expected] of [
  ['association', 'en link Acme 012345'],
  ['mandateCreation', 'en pay Acme 012345'],
  ['associationWithMandateCreation', 'en both Acme 012345'],
  [undefined, 'en Acme 012345'],
] as const) {
  test(`[SO-5] ${otpContext ?? 'no context'} has its own text`, () => {
    assert.equal(compose({ otpContext }).text.split('\n')[0], expected);
  });
}

for (const [tag, language, begin] of [
  ['pt', 'pt', 'pt 012345'],
  ['pt-BR', 'pt-BR', 'pt-BR 012345'],
  ['pt_br', 'pt-BR', 'pt-BR 012345'],
  ['pt-PT', 'pt', 'pt 012345'],
  ['xx', 'en', 'en Acme'],
  ['no tag at all', 'en', 'en Acme'],
  ['', 'en', 'en Acme'],
  [undefined, 'en', 'en Acme'],
] as const) {
  test(`the language ${inspect(tag)} is served in ${language}`, () => {
    const composed = compose({ language: tag });
    assert.equal(composed.language, language);
    assert.ok(composed.text.startsWith(begin));
  });
}

test('the default language is looked up like any other', () => {
  const set = templates({ defaultLanguage: 'pt-AO' });
  assert.equal(set.defaultLanguage, 'pt');
  assert.equal(compose({ language: 'xx' }, set).language, 'pt');
});

test('[SMS-1, SMS-3, SMS-4] code and token of each request are copied verbatim, whatever they and the brand contain', () => {
  const odd = fc.oneof(
    fc.constantFrom('$&', '$1', '{code}', '{brand}', '\\', '%s'),
    fc.stringMatching(/^[!-~]{11}$/),
  );
  const brand = fc.constantFrom('A$&B', '$1', '$`', "$'", 'Acme');
  fc.assert(
    fc.property(
      odd,
      odd,
      brand,
      fc.constantFrom<TokenLine>('first', 'last'),
      (code, token, name, tokenLine) => {
        const set = templates({ brand: name, tokenLine });
        const { text } = compose({ code: new Secret(code), smsMatchingToken: new Secret(token) }, set);
        const body = `en ${name} ${code}`;
        assert.equal(text, tokenLine === 'last' ? `${body}\n\n${token}` : `${token}\n\n${body}`);
      },
    ),
  );
});

test('[ERR-4] a composed text does not show itself', () => {
  const { text } = writeSmsText(templates(), {
    language: 'en',
    otpContext: undefined,
    code: new Secret('012345'),
    smsMatchingToken: new Secret('AB12345678C'),
  });
  assert.equal(inspect({ text }), '{ text: [text] }');
});
