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
 * One HTTP call. Throws `Failure` if nothing answers within `timeoutMs`; `remedy` says what to do then.
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
    const body = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    const date = response.headers.get('date') ?? '';
    return { status: response.status, contentType, date, body, durationMs: performance.now() - startedMs };
  } catch (error) {
    throw new Failure(`${url} does not answer: ${reasonOf(error)}`, remedy);
  }
}

/** `fetch` hides what went wrong in its error's cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
