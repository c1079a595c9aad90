/**
 * The number in E.164 of what a gateway or a route has written: `+1 (202) 555-0101`, `0012025550101`, `12025550101`, or
 * a JSON number. `undefined`: it isn't an international number.
 */
export function e164Of(written: unknown): string | undefined {
  if (typeof written !== 'string' && typeof written !== 'number') return undefined;
  const digits = String(written)
    .replace(/[\s().-]/g, '')
    .replace(/^(\+|00)/, '');
  return /^[1-9]\d{0,14}$/.test(digits) ? `+${digits}` : undefined;
}
