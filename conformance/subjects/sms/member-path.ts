/** What stands at a path such as `data.items` or `parts.0.text`. `undefined`: nothing. An empty path: the value. */
export function memberAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.getOwnPropertyDescriptor(found, name)?.value;
  }
  return found;
}
