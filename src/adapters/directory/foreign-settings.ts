import { Type } from '../../config/setting-words.ts';

/*
 * Settings of directories that somebody else's program fills.
 */

/** How states are called there. */
export const statuses = Type.Record(
  Type.String({ pattern: '^[\\s\\S]{1,64}$' }),
  Type.Enum(['active', 'not-eligible', 'closed', 'closed-account-taken-over', 'closed-fraud'], {
    description: 'What that status means.',
  }),
  {
    default: {},
    keyAccepts: 'a status as it stands there, 1 to 64 characters',
    description:
      'What the statuses there mean. One that is not listed has to be active, not-eligible, closed, closed-account-taken-over or closed-fraud; any other is answered 503 and never guessed.',
  },
);

export const timeoutMs = Type.Integer({
  default: 1000,
  minimum: 50,
  maximum: 4900,
  unit: 'ms',
  description:
    'How long an answer is waited for, and never beyond requests.budgetMs. What it leaves of that is for the gateway. The server there is told it as well.',
});
