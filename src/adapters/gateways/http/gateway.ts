import type { Secret } from '../../../ports/secret.ts';
import type { RefusalReason, SmsGateway } from '../../../ports/sms-gateway.ts';
import type { GatewayAnswer, GatewayRequest } from '../shared/exchange.ts';
import type { LinkSettings } from '../shared/gateway-link.ts';
import {
  type CredentialCheckDialect,
  createHttpGateway,
  type DialectReceipts,
} from '../shared/http-gateway.ts';
import { receiptUrl, signedReceiptUrl } from '../shared/receipt-proof.ts';
import {
  judgeCheck,
  judgeFailure,
  parseJson,
  refusedWith,
  shownAt,
  type Verdict,
} from '../shared/verdict.ts';
import { createGenericReader, echoesReference, type GenericReceipts } from './receipts.ts';
import {
  type EncodingWords,
  fillTemplate,
  secretValues,
  type TemplateValues,
  templateValues,
} from './request-template.ts';

/** A condition on an answer: one of the statuses, if there are any, and one of the values at the path, if there is one. */
interface AnswerRule {
  readonly statuses: readonly number[];
  /** Names and positions in the JSON body, with dots between them. */
  readonly path?: string;
  readonly values: readonly string[];
}

export interface GenericSettings extends LinkSettings {
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
  /** `undefined`: none are asked for. */
  readonly receipts?: GenericReceipts;
  /** Templates of the request, with the same headers, that tells of a verified code. `undefined`: it isn't told. */
  readonly verified?: {
    readonly method: 'GET' | 'POST' | 'PUT';
    readonly url: string;
    readonly body?: string;
  };
  /** `undefined`: no template names it. */
  readonly sender?: string;
  readonly senders?: Readonly<Record<string, string>>;
  /** A GET request that needs the credentials and does nothing. `undefined`: none is known. */
  readonly check?: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly valid: AnswerRule;
  };
}

const CONTENT_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

/**
 * Any gateway that takes a text by one HTTP request and answers in JSON, or by its status alone. `receiptsUrl` is where
 * it calls us with receipts; `undefined`: none are asked for.
 */
export function createGenericGateway(
  settings: GenericSettings,
  isGsm7: (text: string) => boolean,
  receiptsUrl?: string,
): SmsGateway {
  const { name, receipts, verified } = settings;
  return createHttpGateway({
    name,
    link: settings,
    urls: [settings.url, verified?.url, settings.check?.url],
    receipts: receiptsUrl && receipts ? genericReceipts(name, receipts) : undefined,
    confirm:
      verified &&
      ((messageId) => fill(verified, secretValues(settings.secrets).set('{messageId}', messageId), settings)),
    write(message) {
      const values = new Map(templateValues(message, { ...settings, isGsm7 }));
      values.set('{receiptUrl}', urlFor(message.reference, settings, receiptsUrl));
      return fill(settings, values, settings);
    },
    read: (answer) => judgeAnswer(answer, settings),
    credentialCheck: credentialCheckOf(settings),
  });
}

function urlFor(
  reference: string,
  { name, receipts }: GenericSettings,
  receiptsUrl: string | undefined,
): string {
  if (receiptsUrl === undefined || receipts === undefined) return '';
  const { proof } = receipts;
  return proof.kind === 'signed-url'
    ? signedReceiptUrl(receiptsUrl, reference, name, proof.key)
    : receiptUrl(receiptsUrl, reference);
}

function genericReceipts(name: string, settings: GenericReceipts): DialectReceipts {
  return {
    read: createGenericReader(name, settings),
    nameOf: ({ reference }, messageId) => (echoesReference(settings) ? reference : messageId),
  };
}

type RequestTemplates = Pick<GenericSettings, 'method' | 'url' | 'body'>;

function fill(
  { method, url, body }: RequestTemplates,
  values: TemplateValues,
  { headers, bodyType }: Pick<GenericSettings, 'headers' | 'bodyType'>,
): GatewayRequest {
  return {
    method,
    url: fillTemplate(url, values, 'url'),
    headers: {
      ...(body !== undefined && { 'content-type': CONTENT_TYPES[bodyType] }),
      ...fillHeaders(headers, values),
    },
    body: body === undefined ? undefined : fillTemplate(body, values, bodyType),
  };
}

function fillHeaders(headers: GenericSettings['headers'], values: TemplateValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, template]) => [name, fillTemplate(template, values, 'header')]),
  );
}

function credentialCheckOf({ check, secrets }: GenericSettings): CredentialCheckDialect | undefined {
  return (
    check && {
      write() {
        const values = secretValues(secrets);
        const url = fillTemplate(check.url, values, 'url');
        return { method: 'GET', url, headers: fillHeaders(check.headers, values), body: undefined };
      },
      read({ status, text }) {
        if (applies(check.valid, status, parseJson(text))) return { kind: 'valid' };
        // Some answer 200 and say no in the body; what a body means that isn't described is open.
        return status === 200 ? { kind: 'unknown', detail: 'not a valid answer' } : judgeCheck(status);
      },
    }
  );
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
