import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Check } from 'typebox/schema';
import { parse } from 'yaml';
import { schemas } from '../../../../src/adapters/directory/http/contract.ts';

interface Content {
  readonly 'application/json': {
    readonly schema: { readonly $ref: string };
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
  };
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly post: {
          readonly requestBody: { readonly content: Content };
          readonly responses: { readonly '200': { readonly content: Content } };
        };
      }
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const file = join(import.meta.dirname, '../../../../docs/openapi/directory.yaml');
const document = parse(readFileSync(file, 'utf8')) as OpenApi;
const nameIn = (ref: string) => ref.replace('#/components/schemas/', '') as keyof typeof schemas;

/** The schema with whatever it refers to in its place. */
function whole(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(whole);
  if ('$ref' in schema) return whole(document.components.schemas[nameIn(String(schema.$ref))]);
  return Object.fromEntries(Object.entries(schema).map(([name, member]) => [name, whole(member)]));
}

test('the OpenAPI document has the schemas by which answers are checked, and no others', () => {
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(whole(document.components.schemas), structuredClone(schemas));
});

test('the OpenAPI document has the paths that are asked, and examples that are as its schemas say', () => {
  assert.deepEqual(Object.keys(document.paths), ['/lookup', '/associate', '/dissociate']);
  for (const { post } of Object.values(document.paths)) {
    for (const content of [post.requestBody.content, post.responses['200'].content]) {
      const { schema, examples } = content['application/json'];
      const values = Object.values(examples).map(({ value }) => value);
      assert.ok(values.length > 0);
      for (const value of values)
        assert.ok(Check(schemas[nameIn(schema.$ref)], value), JSON.stringify(value));
    }
  }
});
