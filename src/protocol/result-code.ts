/** `result`, if it is one of these codes; throws `RangeError` otherwise. */
export function oneOf<Code extends string>(codes: readonly Code[], result: string): Code {
  const code = codes.find((known) => known === result);
  if (code === undefined) throw new RangeError(`the result must be one of ${codes.join(', ')}`);
  return code;
}
