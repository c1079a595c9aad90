/** Whether two byte strings that are no secrets are equal. Secrets are compared by `codesEqual`. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
