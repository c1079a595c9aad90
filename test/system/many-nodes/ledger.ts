import { type Answer, callMethod, type Fields } from '../../support/test-application.ts';
import type { ServerNode } from './server-node.ts';

/** A request, and all that it was ever answered with 200. */
export interface AskedRequest {
  readonly method: 'sendOtp' | 'verifyOtp';
  readonly requestId: string;
  readonly fields: Fields;
  readonly answers: Told[];
}

export interface Told {
  readonly atMs: number;
  readonly by: string;
  readonly result: string;
  /** All that a repeat has to tell again. */
  readonly words: string;
}

/** Not done, try again; or nobody answered. */
const TRY_AGAIN = [409, 503];

/** All requests that were made of the servers, and what they were told. */
export class Ledger {
  readonly requests: AskedRequest[] = [];
  /** Answers that no cause excuses. */
  readonly faults: string[] = [];
  calls = 0;
  /** Calls by what came of them. */
  readonly counts = new Map<string, number>();

  open(method: AskedRequest['method'], requestId: string, fields: Fields): AskedRequest {
    const request = { method, requestId, fields, answers: [] };
    this.requests.push(request);
    return request;
  }

  /** What a server answers. `undefined`: nothing that binds it, so it is to be asked again. */
  async ask(
    { method, requestId, fields, answers }: AskedRequest,
    node: ServerNode,
  ): Promise<string | undefined> {
    this.calls += 1;
    const url = node.addresses?.methods;
    if (url === undefined) return this.#count('nobody there');
    let answer: Answer;
    try {
      answer = await callMethod(url, method, requestId, fields, {}, AbortSignal.timeout(8000));
    } catch {
      return this.#count('connection lost');
    }
    const { status, body } = answer;
    if (status !== 200) {
      if (!TRY_AGAIN.includes(status))
        this.faults.push(`${method} ${requestId} was answered ${status} by ${node.name}`);
      return this.#count(`${status}`);
    }
    const { responseHeader: _, ...words } = body;
    const result = String(body['result']);
    answers.push({ atMs: performance.now(), by: node.name, result, words: JSON.stringify(words) });
    this.#count(result);
    return result;
  }

  #count(what: string): undefined {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}
