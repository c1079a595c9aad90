import { deliveringKinds, gatewayKinds } from '../adapters/gateways/catalog.ts';
import { schemasOf } from '../config/kinds.ts';
import { Type } from '../config/setting-words.ts';

/*
 * The gateway, assembled from the settings of all kinds, and what several gateways are together.
 */

const route = Type.Object({
  prefixes: Type.Array(
    Type.String({
      pattern: '^\\+([1-9][0-9]{0,14})?$',
      accepts: 'the leading digits of a number in E.164, such as +91 or +1876; + alone for all numbers',
    }),
    {
      minItems: 1,
      maxItems: 256,
      uniqueItems: true,
      description:
        'Numbers that begin with one of these use this route. The longest prefix of all routes decides.',
    },
  ),
  gateways: Type.Array(
    Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$', accepts: 'names of gateways in `gateways`' }),
    {
      minItems: 1,
      maxItems: 8,
      uniqueItems: true,
      description: 'Names of the gateways that serve the route, the preferred one first.',
    },
  ),
  weights: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0, maximum: 1000 }), {
      minItems: 1,
      maxItems: 8,
      description:
        'One weight for each of its gateways: the share of texts that go to that gateway first. The same text goes to the same gateway again, and the others follow in order. Absent: the first one gets all.',
    }),
  ),
});

const failover = Type.Object(
  {
    kind: Type.Literal('failover', {
      description:
        'Several gateways in order: if one refuses a text for a reason of its own, the next one is asked.',
    }),
    gateways: Type.Array(Type.Union(schemasOf(deliveringKinds)), {
      minItems: 2,
      maxItems: 8,
      description:
        'The gateways, the preferred one first, each with the settings of its kind and its own name.',
    }),
    afterUnknown: Type.Boolean({
      default: false,
      description:
        'Ask the next gateway also if it is unknown whether the text was accepted, such as after a timeout. More texts arrive, and some of them twice. [OQ-28]',
    }),
    routes: Type.Array(route, {
      default: [],
      maxItems: 64,
      description:
        'Which gateways serve which numbers. A number without a route is served by all of them in order.',
    }),
  },
  { description: 'Failover.' },
);

export const gateway = Type.Union([...schemasOf(gatewayKinds), failover], {
  default: { kind: 'inbox' },
  description: 'The gateway that delivers the texts.',
});
