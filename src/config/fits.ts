import { isDeepStrictEqual } from 'node:util';
import type { SettingSchema } from './setting-schema.ts';

/**
 * Whether a value is what a leaf of the settings table asks for, or a list in its length and repetition, by the rules of
 * JSON Schema.
 */
export function fits(schema: SettingSchema, value: unknown): boolean {
  if (schema.type !== undefined && !isOfType(schema.type, value)) return false;
  if (schema.enum !== undefined && !schema.enum.some((choice) => choice === value)) return false;
  if (schema.const !== undefined && schema.const !== value) return false;
  if (typeof value === 'number')
    return value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value);
  if (typeof value === 'string')
    return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value);
  return !Array.isArray(value) || fitsList(schema, value);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'number') return Number.isFinite(value);
  if (type === 'array') return Array.isArray(value);
  return typeof value === type && value !== null && !Array.isArray(value);
}

function fitsList(
  { minItems = 0, maxItems = Infinity, uniqueItems }: SettingSchema,
  list: unknown[],
): boolean {
  if (list.length < minItems || list.length > maxItems) return false;
  return (
    !uniqueItems ||
    list.every((item, place) => list.findIndex((one) => isDeepStrictEqual(one, item)) === place)
  );
}
