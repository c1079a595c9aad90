/** One strict JSON value in UTF-8, or an error. [JSON-2] */
export function parseStrictly(bytes: Uint8Array): unknown {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const value: unknown = JSON.parse(text);
  refuseDuplicateNames(text);
  return value;
}

function refuseDuplicateNames(json: string): void {
  const open: Set<string>[] = [];
  let lastString = '';
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const name = String(JSON.parse(lastString));
      if (open.at(-1)?.has(name)) throw new SyntaxError('a name comes twice');
      open.at(-1)?.add(name);
    } else lastString = token;
  }
}
