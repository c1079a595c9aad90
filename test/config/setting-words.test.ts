import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import TypeBox from 'typebox';
import { Check } from 'typebox/schema';
import { fits } from '../../src/config/fits.ts';
import type { SettingSchema } from '../../src/config/setting-schema.ts';
import { Type } from '../../src/config/setting-words.ts';
import { settings } from '../../src/settings/settings.ts';

const root = join(import.meta.dirname, '../..');

test('the words make the schemas that those of TypeBox make', () => {
  const made = (words: typeof Type | typeof TypeBox) => {
    const text = words.String({ pattern: '^a', description: 'A text.' });
    const leaf = words.Object(
      { kind: words.Literal('leaf', { description: 'One.' }), text },
      { default: {} },
    );
    const other = words.Object({ kind: words.Literal('other'), text: words.Optional(text) });
    const empty = words.Object({ text: words.Optional(text) });
    return words.Object({
      choice: words.Optional(words.Union([leaf, other], { description: 'Either.' })),
      list: words.Array(words.Integer({ minimum: 1 }), { maxItems: 3 }),
      byName: words.Record(text, words.Number(), { default: {} }),
      ...{
        empty,
        text,
        yes: words.Boolean({ default: true }),
        one: words.Enum(['a', 'b'], { default: 'a' }),
      },
      raw: words.Unsafe<string>({ type: 'string', secret: true }),
    });
  };
  assert.deepEqual(JSON.parse(JSON.stringify(made(Type))), JSON.parse(JSON.stringify(made(TypeBox))));
});

/** Of the table all that a value is held against: leaves, and lists without their items. */
function leavesOf(schema: SettingSchema): readonly SettingSchema[] {
  if (schema.secret) return [];
  const { items, ...whole } = schema;
  const within = [
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.patternProperties ?? {}),
    ...(schema.anyOf ?? []),
    ...(items === undefined ? [] : [items]),
  ];
  const isLeaf = !schema.properties && !schema.patternProperties && !schema.anyOf;
  return [...(isLeaf ? [whole] : []), ...within.flatMap(leavesOf)];
}

test('a value fits a setting where TypeBox says so', () => {
  const leaves = leavesOf(settings);
  assert.ok(leaves.length > 150, `${leaves.length} leaves`);
  const seen = new Set<boolean>();
  const list = fc.array(
    fc.oneof(fc.constantFrom('a', 'b', 1, { a: 1, b: [2] }, { b: [2], a: 1 }), fc.string()),
  );
  for (const leaf of leaves) {
    const { minimum = 0, maximum = 0, default: given = null, enum: choices = [] } = leaf;
    const near = [
      minimum,
      minimum - 1,
      minimum + 0.5,
      maximum,
      maximum + 1,
      given,
      String(given),
      ...choices,
    ];
    const odd = [
      Number.NaN,
      Infinity,
      -0,
      '',
      null,
      undefined,
      {},
      [],
      true,
      'true',
      '/a',
      'https://a.b/c',
      'é\n',
    ];
    const value = fc.oneof(fc.constantFrom(...near, ...odd), fc.anything(), fc.string(), fc.integer(), list);
    const agrees = (tried: unknown) => {
      const fitting = fits(leaf, tried);
      seen.add(fitting);
      assert.equal(fitting, Check(leaf, tried), JSON.stringify(leaf));
    };
    for (const tried of [...near, ...odd]) agrees(tried);
    fc.assert(fc.property(value, agrees), { numRuns: 20 });
  }
  assert.equal(seen.size, 2);
});

test('nothing that a server or a command begins with loads TypeBox', () => {
  const loads = /^(?:import|export) (?!type )[^;]*? from '([^']+)'/gm;
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, name = ''] of readFileSync(join(root, file), 'utf8').matchAll(loads)) {
      if (name.startsWith('.')) visit(posix.join(posix.dirname(file), name));
      else seen.add(name);
    }
  };
  // What is loaded when it is needed first is no beginning, such as the internal API.
  for (const file of [
    'src/index.ts',
    ...globSync('src/cli/{*,server/*,accounts/*,records/*}.ts', { cwd: root }),
  ])
    visit(file);
  assert.ok(seen.has('fastify') && seen.has('src/wiring/internal.ts'));
  assert.deepEqual(
    [...seen].filter((name) => /^typebox/.test(name)),
    [],
  );
});
