import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import type { GatewayRules } from '../shared/gateway-kind.ts';

export const settings = Type.Object(
  {
    kind: Type.Literal('inbox', {
      description: 'Keeps the texts in memory and shows them to the operator. It sends nothing.',
    }),
  },
  { description: 'Inbox, for the sandbox.' },
);

export const rules: GatewayRules<ValuesOf<typeof settings>> = {
  urls: () => [],
  isCalledBack: () => false,
  between: [],
};
