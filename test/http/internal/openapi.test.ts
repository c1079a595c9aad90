import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createOpenApi } from '../../../src/http/internal/openapi.ts';
import { OPENAPI_PATH, operations } from '../../../src/methods/internal/operations.ts';
import { PROBLEM_TYPES, PROBLEMS } from '../../../src/methods/internal/problems.ts';
import { packageVersion } from '../../../src/wiring/version.ts';

const root = join(import.meta.dirname, '../../..');
const document = JSON.parse(JSON.stringify(createOpenApi(packageVersion)));

test('the document that the package ships is the one that is served', () => {
  const file = join(root, 'docs/openapi/internal-api.json');
  assert.deepEqual(
    JSON.parse(readFileSync(file, 'utf8')),
    document,
    'the internal API has changed: if that is meant, run `node tools/openapi.ts`, and say it in CHANGELOG.md',
  );
});

test('it describes every operation, once, with its problems', () => {
  const described = Object.entries<Record<string, { operationId: string; responses: object }>>(
    document.paths,
  );
  const routes = described.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => [operationId, method.toUpperCase(), path]),
  );
  const served = Object.entries(operations).map(([name, { method, path }]) => [name, method, path]);
  assert.deepEqual(routes.sort(), [...served, ['openApi', 'GET', OPENAPI_PATH]].sort());
  const text = JSON.stringify(document.paths);
  for (const name of Object.keys(PROBLEMS)) {
    // Of a route that there is not, no route can tell.
    assert.equal(text.includes(`\`${PROBLEM_TYPES}${name}\``), name !== 'not-found', name);
  }
});

test('every reference leads somewhere, and every schema and parameter says what it is', () => {
  const text = JSON.stringify(document);
  const names = new Set(
    [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name),
  );
  for (const name of names) assert.ok(Object.hasOwn(document.components.schemas, name), name);
  const undescribed = (schema: Record<string, unknown>, path: string): readonly string[] =>
    Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>).flatMap(
      ([member, inner]) => [
        ...(inner['description'] === undefined && inner['type'] !== 'array' ? [`${path}.${member}`] : []),
        ...undescribed(inner, `${path}.${member}`),
        ...undescribed((inner['items'] ?? {}) as Record<string, unknown>, `${path}.${member}[]`),
      ],
    );
  const schemas = Object.entries<Record<string, unknown>>(document.components.schemas);
  assert.deepEqual(
    schemas.flatMap(([name, schema]) => undescribed(schema, name)),
    [],
  );
});
