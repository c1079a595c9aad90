import { Type } from '../../../config/setting-words.ts';
import { proof } from '../shared/proof-settings.ts';

const path = (description: string) =>
  Type.String({
    pattern: '^[^.\\s]+(\\.[^.\\s]+)*$',
    accepts: 'names and positions with dots between them, such as results.0.status',
    description,
  });

const states = (description: string) => Type.Array(Type.String(), { minItems: 1, maxItems: 64, description });

export const receipts = Type.Object(
  {
    proof,
    from: Type.Enum(['json', 'form', 'query'], {
      default: 'json',
      description: 'Where a call contains its reports: in a JSON body, in a form, or in the URL.',
    }),
    listPath: Type.Optional(
      path('The list of reports in a JSON body. Absent: the body is one report, or a list of them.'),
    ),
    referencePath: Type.Optional(
      path('In a report: our `{reference}`. Absent: the signed URL or messageIdPath identifies the text.'),
    ),
    messageIdPath: Type.Optional(
      path("In a report: the gateway's message id, as `accepted.messageIdPath` found it."),
    ),
    statePath: path('In a report: the state of the text.'),
    delivered: states('States that mean delivered.'),
    undelivered: states('States that mean undelivered for good. All others are not final.'),
    detailPath: Type.Optional(path('In a report: a code that is recorded.')),
  },
  { description: 'Delivery reports. Absent: none are expected.' },
);
