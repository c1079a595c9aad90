import type { RequestKey } from '../../../ports/otp-store.ts';
import type { Row } from '../rows/otp-rows.ts';
import { imageOf, type RequestImage } from './row-columns.ts';

/** Of calls that are under way; those that nobody came back for go as new ones come. */
const KNOWN_MAX = 4096;

/** `row` `undefined`: there is none. */
interface Known {
  readonly row: Row | undefined;
}

/**
 * What this server saw last of requests that it is at work on, so that the next step of a call need not read them. Others may
 * have changed them since: then what is decided on it finds another version when it is written, and is decided anew.
 */
export class KnownRows {
  readonly #rows = new Map<string, Known>();

  /** There was none. */
  missed(key: RequestKey): void {
    this.#keep(placeOf(key), { row: undefined });
  }

  /** Written so, and now of that version. Only what another step of the call goes on with is kept. */
  written(image: RequestImage, version: string): void {
    if (image['state'] !== 'claimed') return;
    const place = `${image.method} ${image.request_id}`;
    // Its place among others is nothing that a step which goes on with it looks at.
    this.#keep(place, { row: { ...imageOf(image), version, id: 0 } });
  }

  /** Once, since the next step changes it. `undefined`: nothing is known. */
  take(key: RequestKey): Known | undefined {
    const place = placeOf(key);
    const known = this.#rows.get(place);
    this.#rows.delete(place);
    return known;
  }

  #keep(place: string, known: Known): void {
    this.#rows.delete(place);
    this.#rows.set(place, known);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > KNOWN_MAX && oldest !== undefined) this.#rows.delete(oldest);
  }
}

function placeOf({ method, requestId }: RequestKey): string {
  return `${method} ${requestId}`;
}
