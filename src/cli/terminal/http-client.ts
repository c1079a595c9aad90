import { Failure } from './failure.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The header; empty if there was none. */
  readonly date: string;
  readonly body: string;
  readonly durationMs: number;
}

/**
 * One HTTP call. Throws `Failure` if nothing answers within `timeoutMs`, or more than 4 MiB; `remedy` says what to do then.
 * Redirects are not followed: none of our servers sends one.
 */
export async function askOverHttp(
  url: string,
  request: {
    readonly method: string;
    readonly contentType?: string;
    readonly body?: string | Uint8Array<ArrayBuffer>;
    readonly timeoutMs: number;
  },
  remedy: string,
): Promise<HttpAnswer> {
  const startedMs = performance.now();
  try {
    const response = await fetch(url, {
      method: request.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(request.timeoutMs),
      ...(request.body !== undefined && { body: request.body }),
      ...(request.contentType !== undefined && { headers: { 'content-type': request.contentType } }),
    });
    const body = await readText(response);
    const contentType = response.headers.get('content-type') ?? '';
    const date = response.headers.get('date') ?? '';
    return { status: response.status, contentType, date, body, durationMs: performance.now() - startedMs };
  } catch (error) {
    const reason = reasonOf(error);
    throw new Failure(`${url} does not answer: ${reason}`, isOfUnknownAuthority(error) ? AUTHORITY : remedy);
  }
}

const AUTHORITY =
  'No authority that is known here vouches for its certificate. Where it is a private one, name its file in the environment: NODE_EXTRA_CA_CERTS=ca.pem.';

function isOfUnknownAuthority(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code);
}

/** Longer than any answer of ours. What a server compresses counts at its full length. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    // Leaving the loop ends the connection.
    if (bytes > BODY_BYTES_MAX) throw new Error(`its answer is longer than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch` hides what went wrong in its error's cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
