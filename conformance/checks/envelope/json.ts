import type { Check } from '../check.ts';
import { expectError, expectRead } from '../expectations.ts';
import { malformedForms, unusualForms } from './json-forms.ts';

const malformed = malformedForms.map(
  ({ name, what, write, codecs }): Check => ({
    id: `envelope/json-refuses-${name}`,
    requirements: ['JSON-1', 'JSON-2', 'ORD-1'],
    level: 'MUST',
    expects: `Refuses ${what} with 400 INVALID_DECRYPTED_REQUEST.`,
    ...(codecs === undefined ? {} : { codecs }),
    run: async (trial) =>
      expectError(await trial.probe({ rewrite: write }), 400, 'INVALID_DECRYPTED_REQUEST'),
  }),
);

const unusual = unusualForms.map(
  ({ name, what, write }): Check => ({
    id: `envelope/json-reads-${name}`,
    requirements: ['JSON-2'],
    level: 'MUST',
    expects: `Reads ${what}.`,
    run: async (trial) => expectRead(await trial.probe({ rewrite: write })),
  }),
);

/** JSON, but not what the protocol has in this place. Which code it deserves is a matter of taste. */
const misplaced = (
  [
    ['array', '[]'],
    ['string', '"hello"'],
    ['number', '42'],
    ['null', 'null'],
    ['empty-object', '{}'],
  ] as const
).map(
  ([name, body]): Check => ({
    id: `envelope/json-refuses-top-level-${name}`,
    requirements: ['ORD-1'],
    level: 'MUST',
    expects: `Refuses a request that is ${body} as a whole with 400.`,
    run: async (trial) => {
      const answer = await trial.probe({ rewrite: () => body });
      expectError(answer, 400, 'INVALID_DECRYPTED_REQUEST', 'MISSING_REQUIRED_FIELD', 'INVALID_FIELD_VALUE');
    },
  }),
);

const unknownMembers: readonly Check[] = [
  {
    id: 'envelope/ignores-unknown-members',
    requirements: ['JSON-3'],
    level: 'MUST',
    expects: 'Ignores members that it does not know, at the top of a request.',
    run: async (trial) => expectRead(await trial.probe({}, { newInSomeMinorVersion: { a: [1, null, 'x'] } })),
  },
  {
    id: 'envelope/ignores-unknown-members-in-header',
    requirements: ['JSON-3'],
    level: 'MUST',
    expects: 'Ignores members that it does not know inside requestHeader and protocolVersion.',
    run: async (trial) => {
      const protocolVersion = { major: 1, minor: 0, revision: 0, patch: 7 };
      expectRead(await trial.probe({ header: { newMember: true, protocolVersion } }));
    },
  },
  {
    id: 'envelope/ignores-unknown-null',
    requirements: ['JSON-3', 'OQ-4'],
    level: 'MUST',
    expects: 'Ignores an unknown member whose value is null.',
    run: async (trial) => expectRead(await trial.probe({}, { newInSomeMinorVersion: null })),
  },
  {
    id: 'envelope/null-is-unset',
    requirements: ['OQ-4'],
    level: 'SHOULD',
    expects: 'Treats a required field that is null as missing: 400 MISSING_REQUIRED_FIELD.',
    run: async (trial) => expectError(await trial.probe({}, { otp: null }), 400, 'MISSING_REQUIRED_FIELD'),
  },
];

export const jsonChecks: readonly Check[] = [...malformed, ...unusual, ...misplaced, ...unknownMembers];
