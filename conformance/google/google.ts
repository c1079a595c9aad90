import { randomBytes } from 'node:crypto';
import type { Settings } from '../run/settings.ts';
import { type Answer, readAnswer, responseTimestampMs } from './answer.ts';
import type { Codec } from './codecs/codec.ts';
import type { EchoPace } from './echo-pace.ts';
import type { EndpointClock } from './endpoint-clock.ts';
import { type HttpClient, NoAnswer } from './http-client.ts';
import type { Masks } from './masks.ts';
import { describeBytes, type Exchange } from './transcript.ts';

export type Method = 'sendOtp' | 'verifyOtp' | 'echo';

/** How one call differs from what Google would send. */
export interface CallOptions {
  /** Default: a new one. */
  readonly requestId?: string;
  /** Default: the endpoint's present. */
  readonly timestampMs?: number;
  /** Members put over the request header's; `undefined` takes one out. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Changes the JSON text, for instance so that it is none. */
  readonly rewrite?: (json: string) => string | Uint8Array;
  /** Seals in another way than the codec. */
  readonly seal?: (payload: Uint8Array) => Promise<Uint8Array> | Uint8Array;
  readonly verb?: string;
  readonly path?: string;
  /** `undefined` sends none. */
  readonly contentType?: string | undefined;
  readonly httpHeaders?: Readonly<Record<string, string>>;
  /** Leave the client certificate at home. */
  readonly anonymous?: boolean;
  /** `true`: no POST of a method as Google makes it; neither its duration nor the shape of its answer is judged. */
  readonly odd?: boolean;
}

export interface GoogleWorld {
  readonly settings: Settings;
  readonly client: HttpClient;
  readonly codec: Codec;
  readonly clock: EndpointClock;
  readonly masks: Masks;
  readonly echoPace: EchoPace;
}

/** Writes, seals and sends requests as Google does, or wrongly on purpose, and reads the answers. */
export class Google {
  readonly world: GoogleWorld;
  readonly #run = randomBytes(6).toString('hex');
  #ids = 0;

  constructor(world: GoogleWorld) {
    this.world = world;
  }

  /** An id that no run has used before. [HDR-1] */
  id(kind: string): string {
    this.#ids += 1;
    return `gsp-${kind}:${this.#run}_${this.#ids}`;
  }

  /** An SMS matching token that no run has used before. [SO-4, SMS-4] */
  token(): string {
    const token = randomBytes(9).toString('base64').replace(/[+/]/g, 'x').slice(0, 11);
    this.world.masks.noteToken(token);
    return token;
  }

  url(method: string): URL {
    const { baseUrl, pathStyle } = this.world.settings;
    const parts = [baseUrl.pathname, pathStyle, method].map((part) => part.replace(/^\/+|\/+$/g, ''));
    return new URL(`/${parts.filter((part) => part !== '').join('/')}`, baseUrl);
  }

  /** The request as an object: header first, members as given. A member named requestHeader replaces it. */
  message(members: Readonly<Record<string, unknown>>, options: CallOptions = {}): Record<string, unknown> {
    return {
      requestHeader: {
        protocolVersion: { major: 1, minor: 0, revision: 0 },
        requestId: options.requestId ?? this.id('req'),
        requestTimestamp: String(options.timestampMs ?? this.world.clock.nowMs()),
        ...options.header,
      },
      ...members,
    };
  }

  /** Sends one request and notes it. Throws `NoAnswer`. */
  async call(
    method: Method,
    members: Readonly<Record<string, unknown>>,
    options: CallOptions,
    note: (exchange: Exchange) => void,
  ): Promise<Answer> {
    if (method === 'echo') await this.world.echoPace.wait();
    const json = JSON.stringify(this.message(members, options));
    const written = options.rewrite?.(json) ?? json;
    const payload = typeof written === 'string' ? new TextEncoder().encode(written) : written;
    const body = await (options.seal ?? this.world.codec.seal)(payload);
    return this.post(method, payload, body, options, note);
  }

  /** Sends a body that is sealed already. Throws `NoAnswer`. */
  async post(
    method: string,
    payload: Uint8Array,
    body: Uint8Array,
    options: CallOptions,
    note: (exchange: Exchange) => void,
  ): Promise<Answer> {
    const { client, clock, codec } = this.world;
    const contentType = 'contentType' in options ? options.contentType : codec.contentType;
    const verb = options.verb ?? 'POST';
    const url =
      options.path === undefined ? this.url(method) : new URL(options.path, this.world.settings.baseUrl);
    const request = {
      verb,
      url,
      headers: {
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...options.httpHeaders,
      },
      body: verb === 'GET' || verb === 'HEAD' ? undefined : body,
    };
    const noted = {
      title: `${verb} ${url.pathname}, ${contentType ?? 'no Content-Type'}, ${body.byteLength} bytes`,
      request: describeBytes(payload),
      method,
      ordinary: options.odd !== true,
    };
    const startedMs = performance.now();
    try {
      const http = await (options.anonymous === true
        ? client.sendAnonymously(request)
        : client.send(request));
      const answer = await readAnswer(http, codec);
      note({ ...noted, answer, fault: undefined, durationMs: http.durationMs });
      const timestampMs = responseTimestampMs(answer);
      if (timestampMs !== undefined) clock.observe(timestampMs, http.sentAtMs, http.receivedAtMs);
      return answer;
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
      note({ ...noted, answer: undefined, fault: cause.message, durationMs: performance.now() - startedMs });
      throw cause;
    }
  }
}
