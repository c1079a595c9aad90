import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { isAccountId, isAssociationId } from '../../src/adapters/directory/rows/account-fields.ts';
import { findBrandFaults, findTemplateFaults } from '../../src/domain/text/template-faults.ts';
import { hiddenInId, hiddenInText, SHOWN_IN_ID, SHOWN_IN_TEXT } from '../../src/ports/hidden-characters.ts';

/** Of the planes that hold marks that nobody sees. */
const everyCharacter = [0x00000, 0x10000, 0xe0000].flatMap((plane) =>
  Array.from({ length: 0x10000 }, (_, index) => String.fromCodePoint(plane + index)),
);
const unseen = everyCharacter.filter((character) =>
  /^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]$/u.test(character),
);

const shownInId = new RegExp(`^${SHOWN_IN_ID}+$`, 'u');
const shownInText = new RegExp(`^${SHOWN_IN_TEXT}+$`, 'u');

test('[OQ-85] whatever can’t be seen is refused in ids and texts, and named with its place', () => {
  assert.ok(unseen.length > 4000);
  for (const character of unseen) {
    const codePoint = `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
    for (const judge of [hiddenInId, hiddenInText]) {
      assert.match(
        judge(`a𝒳${character}1`) ?? '',
        new RegExp(`${codePoint.replace('+', '\\+')} at place 3\\b`),
      );
    }
    for (const id of [`a${character}1`, `${character}a`, `a${character}`]) {
      assert.ok(!isAccountId(id) && !isAssociationId(id) && !shownInId.test(id), codePoint);
      assert.ok(!shownInText.test(id), codePoint);
    }
  }
});

test('[OQ-85] none of it stands beside the code or in a brand of Latin letters', () => {
  for (const character of unseen.filter((one) => one !== '\n')) {
    for (const text of [`A: ${character}{code}`, `A: {code}${character}.`, `${character} {code}`]) {
      assert.notDeepEqual(findTemplateFaults(text), [], inspect(text));
    }
    assert.notDeepEqual(findBrandFaults(`Ac${character}me`), []);
  }
  assert.equal(findTemplateFaults('❤\uFE0F{code}').length, 1);
});

test('[OQ-85] what has a shape is left alone, in every script', () => {
  for (const id of ['a b', 'é', 'e\u0301', '日本', 'مرحبا', '🙂', "a'b", '__proto__', 'wm==', 'क्ष']) {
    assert.equal(hiddenInId(id), undefined, id);
    assert.equal(hiddenInText(id), undefined, id);
    assert.ok(shownInId.test(id) && shownInText.test(id));
  }
});

test('[OQ-85] spaces of other widths are for texts, not for ids', () => {
  for (const space of ['\u00A0', '\u2009', '\u202F', '\u3000']) {
    assert.match(hiddenInId(`a${space}b`) ?? '', /^the unusual space U\+[0-9A-F]{4} at place 2$/);
    assert.equal(hiddenInText(`a${space}b`), undefined);
  }
});

for (const [text, found] of [
  ['می\u200Cخواهم', undefined],
  ['کد شما در فروش\u200Cگاه {code}', undefined],
  ['क्\u200Dष', undefined],
  ['র\u200D্য', undefined],
  ['👩\u200D👩\u200D👧', undefined],
  ['👍🏽\u200D🦰', undefined],
  ['❤\uFE0F\u200D🔥', undefined],
  ['می\u200C{code}', 'the invisible character U+200C at place 3, where no script needs it'],
  ['می\u200C', 'the invisible character U+200C at place 3, where no script needs it'],
  ['\u200Cمی', 'the invisible character U+200C at place 1, where no script needs it'],
  ['م\u200C\u200Cی', 'the invisible character U+200C at place 2, where no script needs it'],
  ['Ac\u200Dme', 'the invisible character U+200D at place 3, where no script needs it'],
  ['می\u200C1', 'the invisible character U+200C at place 3, where no script needs it'],
  ['1\uFE0F\u20E3', 'the invisible character U+FE0F at place 2'],
  ['a\uFE0F', 'the invisible character U+FE0F at place 2'],
  ['❤\uFE0F\uFE0F', 'the invisible character U+FE0F at place 3'],
] as const) {
  test(`[OQ-85] in a text ${inspect(text)}, ${found ?? 'every joiner is needed'}`, () => {
    assert.equal(hiddenInText(text), found);
    assert.equal(shownInText.test(text), found === undefined);
    assert.notEqual(/\u200C|\u200D|\uFE0F/.test(text) && hiddenInId(text), undefined);
  });
}
