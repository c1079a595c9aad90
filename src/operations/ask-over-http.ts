import { UnavailableError } from '../ports/unavailable.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The header; empty if there was none. */
  readonly date: string;
  readonly body: string;
  readonly durationMs: number;
}

export interface HttpQuestion {
  readonly method: string;
  readonly contentType?: string;
  /** Beside the content type. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly timeoutMs: number;
}

/**
 * One HTTP call. Throws `UnavailableError` if nothing answers within `timeoutMs`, or more than 4 MiB; `cause` is the error of
 * the connection, if there was one. Redirects are not followed: none of our servers sends one.
 */
export async function askOverHttp(url: string, question: HttpQuestion): Promise<HttpAnswer> {
  const startedMs = performance.now();
  try {
    const response = await fetch(url, {
      method: question.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(question.timeoutMs),
      ...(question.body !== undefined && { body: question.body }),
      headers: {
        ...question.headers,
        ...(question.contentType !== undefined && { 'content-type': question.contentType }),
      },
    });
    const body = await readText(response);
    const contentType = response.headers.get('content-type') ?? '';
    const date = response.headers.get('date') ?? '';
    return { status: response.status, contentType, date, body, durationMs: performance.now() - startedMs };
  } catch (error) {
    // `fetch` hides what went wrong in its error's cause.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new UnavailableError(`${url} does not answer: ${reasonOf(cause)}`, { cause });
  }
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

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
