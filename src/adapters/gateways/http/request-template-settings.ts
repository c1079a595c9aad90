import { Type } from '../../../config/setting-words.ts';

/** Placeholders of `request-template.ts`; any other word in braces is a mistake. */
const placeholders =
  'to|toDigits|sender|text|reference|validitySeconds|country|language|encoding|receiptUrl|dltEntityId|dltTemplateId|secrets\\.[a-z][A-Za-z0-9]*';

const requestTemplateOf = (words: string, options: RequestTemplateOptions & { readonly accepts: string }) =>
  Type.String({
    pattern: `^${options.start ?? ''}([^{]|\\{(${words})\\}|\\{(?![A-Za-z.]+\\}))*$`,
    accepts: options.accepts,
    sensitive: true,
    description: options.description,
  });

interface RequestTemplateOptions {
  readonly description: string;
  readonly start?: string;
}

export const requestTemplate = (options: RequestTemplateOptions) =>
  requestTemplateOf(placeholders, {
    ...options,
    accepts:
      'a text with {to}, {toDigits}, {sender}, {text}, {reference}, {validitySeconds}, {country}, {language}, {encoding}, {receiptUrl}, {dltEntityId}, {dltTemplateId} or {secrets.NAME} in it',
  });

/** For the request that tells of a verified code. */
export const verifiedRequestTemplate = (options: RequestTemplateOptions) =>
  requestTemplateOf('messageId|secrets\\.[a-z][A-Za-z0-9]*', {
    ...options,
    accepts: 'a text with {messageId} or {secrets.NAME} in it',
  });

/** For requests about no message. */
export const checkRequestTemplate = (options: RequestTemplateOptions) =>
  requestTemplateOf('secrets\\.[a-z][A-Za-z0-9]*', {
    ...options,
    accepts: 'a text with {secrets.NAME} in it',
  });

export const httpUrl = '(?=https?://[A-Za-z0-9])';

export const answerRule = {
  statuses: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
    default: [],
    description: 'HTTP statuses; empty: any.',
  }),
  path: Type.Optional(
    Type.String({
      pattern: '^[^.\\s]+(\\.[^.\\s]+)*$',
      accepts: 'names and positions with dots between them, such as messages.0.status',
      description: 'A member of the JSON answer. Absent: only the status counts.',
    }),
  ),
  values: Type.Array(Type.String(), {
    default: [],
    description: 'Values of that member that match, as text; empty: any.',
  }),
};
