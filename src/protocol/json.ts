/** A value as JSON knows it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** `null` and arrays are no objects. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const utf8 = new TextEncoder();

/** The value as strict JSON in UTF-8, without a byte order mark. [JSON-2] */
export function encodeJson(value: JsonObject): Uint8Array {
  return utf8.encode(JSON.stringify(value));
}
