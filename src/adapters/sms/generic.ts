import type { Secret } from '../../ports/secret.ts';
import type { RefusalReason, SmsGateway } from '../../ports/sms-gateway.ts';
import type { GatewayAnswer } from './exchange.ts';
import { createHttpGateway } from './http-gateway.ts';
import { type EncodingWords, fillTemplate, templateValues } from './template.ts';
import { judgeFailure, memberAt, parseJson, refusedWith, type Verdict } from './verdict.ts';

/** A condition on an answer: one of the statuses, if there are any, and one of the values at the path, if there is one. */
interface AnswerRule {
  readonly statuses: readonly number[];
  /** Names and positions in the JSON body, with dots between them. */
  readonly path?: string;
  readonly values: readonly string[];
}

export interface GenericSettings {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyType: 'json' | 'form';
  /** `undefined`: none. */
  readonly body?: string;
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly encodingWords: EncodingWords;
  readonly accepted: AnswerRule & { readonly messageIdPath?: string };
  readonly refused: readonly (AnswerRule & { readonly reason: RefusalReason })[];
}

const CONTENT_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

/** Any gateway that takes a text by one HTTP request and answers in JSON, or by its status alone. */
export function createGenericGateway(
  settings: GenericSettings,
  isGsm7: (text: string) => boolean,
): SmsGateway {
  const { name, method, url, body, bodyType } = settings;
  return createHttpGateway({
    name,
    write(message) {
      const values = templateValues(message, { ...settings, isGsm7 });
      const headers = Object.entries(settings.headers).map(
        ([header, template]) => [header, fillTemplate(template, values, 'header')] as const,
      );
      return {
        method,
        url: fillTemplate(url, values, 'url'),
        headers: {
          ...(body !== undefined && { 'content-type': CONTENT_TYPES[bodyType] }),
          ...Object.fromEntries(headers),
        },
        body: body === undefined ? undefined : fillTemplate(body, values, bodyType),
      };
    },
    read: (answer) => judgeAnswer(answer, settings),
  });
}

/** What no rule knows is judged by its status; a success that no rule knows is unknown. [OQ-28] */
export function judgeAnswer(answer: GatewayAnswer, { accepted, refused }: GenericSettings): Verdict {
  const body = parseJson(answer.text);
  if (applies(accepted, answer.status, body)) {
    return { kind: 'accepted', messageId: shownAt(body, accepted.messageIdPath) };
  }
  const refusal = refused.find((rule) => applies(rule, answer.status, body));
  if (refusal === undefined) return judgeFailure({}, undefined, answer.status);
  return refusedWith(refusal.reason, shownAt(body, refusal.path), answer.status);
}

function applies({ statuses, path, values }: AnswerRule, status: number, body: unknown): boolean {
  if (statuses.length > 0 && !statuses.includes(status)) return false;
  if (path === undefined) return statuses.length > 0;
  const value = shownAt(body, path);
  return value !== undefined && (values.length === 0 || values.includes(value));
}

/** A text, number or switch at a path, as text. */
function shownAt(body: unknown, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const value = memberAt(body, ...path.split('.'));
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
