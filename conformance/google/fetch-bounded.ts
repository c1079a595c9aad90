/** Longer than whatever lists texts or switches a gateway. What is compressed counts at its full length. */
const bytesMax = 4 * 1024 * 1024;
const timeoutMs = 10_000;

/**
 * One request of the examiner's own: to where texts are read, or to a gateway's switch. Resolves to the body of a 2xx
 * answer; throws `Error` for every other status, after ten seconds or given up, and beyond 4 MiB. A redirect is an error, since the
 * headers hold keys that are for the first address alone.
 */
export async function fetchBounded(
  url: string,
  request: Omit<RequestInit, 'signal' | 'redirect'>,
  giveUp?: AbortSignal,
): Promise<string> {
  const late = AbortSignal.timeout(timeoutMs);
  const signal = giveUp === undefined ? late : AbortSignal.any([late, giveUp]);
  const response = await fetch(url, { ...request, redirect: 'manual', signal });
  const { status } = response;
  if (status >= 300 && status < 400) throw new Error(`status ${status}: redirects are not followed`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (bytes > bytesMax) throw new Error(`an answer of more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  if (!response.ok) throw new Error(`status ${status}`);
  return Buffer.concat(chunks).toString('utf8');
}
