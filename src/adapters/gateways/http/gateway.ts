import type { SmsGateway } from '../../../ports/sms-gateway.ts';
import type { HttpRequest } from '../../http-client/exchange.ts';
import type { GatewayAnswer } from '../shared/gateway-answer.ts';
import type { GatewayParts } from '../shared/gateway-kind.ts';
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
  fillRequestTemplate,
  type PlaceholderValues,
  placeholderValues,
  secretValues,
} from './request-template.ts';
import { type GenericSettings, rules } from './settings.ts';

/** A condition on an answer: one of the statuses, if there are any, and one of the values at the path, if there is one. */
type AnswerRule = GenericSettings['accepted'];

const CONTENT_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

/**
 * Any gateway that takes a text by one HTTP request and answers in JSON, or by its status alone.
 */
export function createGenericGateway(settings: GenericSettings, { receiptsUrl }: GatewayParts): SmsGateway {
  const { name, receipts, verified } = settings;
  return createHttpGateway({
    name,
    link: settings,
    urls: rules.urls(settings),
    receipts: receiptsUrl && receipts ? genericReceipts(name, receipts) : undefined,
    confirm:
      verified &&
      ((messageId) => fill(verified, secretValues(settings.secrets).set('{messageId}', messageId), settings)),
    write(message) {
      const values = new Map(placeholderValues(message, settings));
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
  values: PlaceholderValues,
  { headers, bodyType }: Pick<GenericSettings, 'headers' | 'bodyType'>,
): HttpRequest {
  return {
    verb: method,
    url: fillRequestTemplate(url, values, 'url'),
    headers: {
      ...(body !== undefined && { 'content-type': CONTENT_TYPES[bodyType] }),
      ...fillHeaders(headers, values),
    },
    body: body === undefined ? undefined : fillRequestTemplate(body, values, bodyType),
  };
}

function fillHeaders(headers: GenericSettings['headers'], values: PlaceholderValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, template]) => [
      name,
      fillRequestTemplate(template, values, 'header'),
    ]),
  );
}

function credentialCheckOf({ check, secrets }: GenericSettings): CredentialCheckDialect | undefined {
  return (
    check && {
      write() {
        const values = secretValues(secrets);
        const url = fillRequestTemplate(check.url, values, 'url');
        return { verb: 'GET', url, headers: fillHeaders(check.headers, values), body: undefined };
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
