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
      description: 'Where a call tells its receipts: in a JSON body, in a form, or in the URL.',
    }),
    listPath: Type.Optional(
      path('The list of reports in a JSON body. Absent: the body is one report, or a list of them.'),
    ),
    referencePath: Type.Optional(
      path('In a report: our `{reference}`. Absent: told by the signed URL, or by messageIdPath.'),
    ),
    messageIdPath: Type.Optional(
      path("In a report: the gateway's message id, as `accepted.messageIdPath` found it."),
    ),
    statePath: path('In a report: what became of the text.'),
    delivered: states('What stands there for a text that arrived.'),
    undelivered: states('What stands there for one that never will. All else is not final.'),
    detailPath: Type.Optional(path('In a report: a code, for the record.')),
  },
  { description: 'Delivery receipts. Absent: none are expected.' },
);
