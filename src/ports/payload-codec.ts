import type { Caller } from './caller.ts';
import type { Deadline } from './clock.ts';

/**
 * What became of a body.
 * - `opened`: decrypted, and signed by a known active key where the codec demands a signature.
 * - `undecryptable`: 400 INVALID_PAYLOAD_ENCRYPTION. One and the same for every kind of failure.
 * - `unreadable`: decrypted, but in a form that isn't read, such as an unknown compression: 400
 *   INVALID_DECRYPTED_REQUEST. [OQ-78]
 * - `wrongly-signed`: decrypted, but no valid signature by a known active key: 401 INVALID_PAYLOAD_SIGNATURE.
 */
export type OpenedBody =
  | { readonly kind: 'opened'; readonly payload: Uint8Array }
  | { readonly kind: 'undecryptable' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'wrongly-signed' };

/**
 * Opens and seals bodies of one media type. Nobody waits for either beyond `deadline`, and what has not begun by then
 * is not done; `undefined`: there is none.
 */
export interface PayloadCodec {
  /** Lower case, without parameters: which requests it opens. [HTTP-3, HTTP-5, HTTP-7] */
  readonly mediaType: string;
  /** The whole `Content-Type` of what it seals. */
  readonly contentType: string;
  /** Whether sealing takes no private key, so that any refusal may have a body. `undefined`: it does take one. */
  readonly keyless?: boolean | undefined;

  /**
   * Whether a body of such a caller would be looked at, if it had so much time. `false` spares reading it. `undefined`: it
   * always would.
   */
  readonly hasRoom?: ((caller: Caller, budgetMs: number) => boolean) | undefined;

  /**
   * Doesn't throw for anything in `body`; throws `UnavailableError` when it has no capacity to look at it in time. Whose
   * body goes first then depends on `caller`; `undefined`: somebody within this process.
   */
  open(body: Uint8Array, deadline?: Deadline, caller?: Caller): Promise<OpenedBody>;

  /** Throws `UnavailableError` when it has no capacity in time; the answer is then not sent. */
  seal(payload: Uint8Array, deadline?: Deadline): Promise<Uint8Array>;

  /** Lets go of threads and watches. Safe to call twice. */
  close(): Promise<void>;
}
