import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { projectOf } from './project-of.ts';

const protocol = `
## 2. Envelope

- **HDR-1** MUST: one. [A page]
- **HDR-2** MUST NOT: two.
- **HDR-3** SHOULD (treat as MUST): three.
- **HDR-4** SHOULD: four.
- **HDR-5** Fact: five.

## 10. Encryption

- **PGP-1** MUST: not demanded yet.

## 13. Open questions

| OQ-1 | Question | Reading |
`;

const cited = '// [HDR-1]\n// Two in one place. [HDR-2, HDR-3]\n';

function check(t: TestContext, files: Readonly<Record<string, string>>, exceptions = noExceptions) {
  const rules = `
    export const chaptersChecked = [2];
    export const citedIn = { source: 'src/**/*.ts', test: 'test/**/*.ts' };
    ${exceptions}`;
  const project = projectOf(t, {
    'docs/protocol.md': protocol,
    'tools/requirement-rules.ts': rules,
    'conformance/checks/coverage.ts': examiner('HDR-1', 'HDR-2', 'HDR-3'),
    ...files,
  });
  return project.run('tools/check-requirements.ts');
}

/** An examiner that has a check for each of those, and has given up HDR-9 with a reason. */
function examiner(...checked: readonly string[]): string {
  return `const checked = ${JSON.stringify(checked)};
    export function coverageOf(id: string) {
      const reason = id === 'HDR-9' ? 'nobody can see it' : undefined;
      return { checks: checked.includes(id) ? [id] : [], reason };
    }`;
}

const noExceptions = 'export const elsewhere = {}; export const pending = { source: [], test: [] };';

/** As cited, but not so that this very file cites it. */
const idOf = (prefix: string, number: number) => `[${prefix}-${number}]`;

test('every MUST that source and test cite is found, alone or in a list', async (t) => {
  const { status, printed } = await check(t, { 'src/a.ts': cited, 'test/a.test.ts': cited });
  assert.equal(status, 0, printed);
  assert.match(printed, /of 3 MUSTs 3 cited in test, 0 elsewhere, 0 pending/);
});

test('a MUST that no test cites is missing, and the others are not', async (t) => {
  const { status, printed } = await check(t, { 'src/a.ts': cited, 'test/a.test.ts': '// [HDR-1]' });
  assert.equal(status, 1);
  assert.match(printed, /nothing in test\/\*\*\/\*\.ts cites HDR-2, HDR-3: /);
  assert.doesNotMatch(printed, /nothing in src/);
});

test('an id without brackets is no citation', async (t) => {
  const { printed } = await check(t, { 'src/a.ts': '// HDR-1 HDR-2 HDR-3', 'test/a.test.ts': cited });
  assert.match(printed, /nothing in src\/\*\*\/\*\.ts cites HDR-1, HDR-2, HDR-3: /);
});

for (const unknown of [idOf('HDR', 99), idOf('OQ', 2), idOf('HDRR', 1)]) {
  test(`an id that the protocol doesn't have is reported with its place: ${unknown.slice(1, -1)}`, async (t) => {
    const { status, printed } = await check(t, {
      'src/a.ts': cited,
      'test/a.test.ts': `${cited}// ${unknown}`,
    });
    assert.equal(status, 1);
    assert.ok(printed.includes(`test/a.test.ts:3 cites ${unknown}`), printed);
  });
}

test('an open question and a requirement of an unchecked chapter may be cited, and need not', async (t) => {
  const { status } = await check(t, { 'src/a.ts': `${cited}// [OQ-1, PGP-1]`, 'test/a.test.ts': cited });
  assert.equal(status, 0);
});

test('an exception with a reason, and a pending row, excuse one place only', async (t) => {
  const exceptions = `
    export const elsewhere = { 'HDR-1': { source: 'a matter of configuration' } };
    export const pending = { source: ['HDR-2'], test: [] };`;
  const { status, printed } = await check(
    t,
    { 'src/a.ts': '// [HDR-3]', 'test/a.test.ts': '// [HDR-3]' },
    exceptions,
  );
  assert.equal(status, 1);
  assert.doesNotMatch(printed, /nothing in src/);
  assert.match(printed, /nothing in test\/\*\*\/\*\.ts cites HDR-1, HDR-2: /);
  assert.match(printed, /of 3 MUSTs 1 cited in source, 1 elsewhere, 1 pending/);
});

test('an exception for what is not demanded is itself a fault', async (t) => {
  const exceptions = `
    export const elsewhere = { 'HDR-4': { source: 'it is only a SHOULD' } };
    export const pending = { source: [], test: [] };`;
  const { status, printed } = await check(t, { 'src/a.ts': cited, 'test/a.test.ts': cited }, exceptions);
  assert.equal(status, 1);
  assert.match(printed, /excepts HDR-4, which isn't demanded/);
});

test('a pending row whose citation has come is named', async (t) => {
  const exceptions = `export const elsewhere = {}; export const pending = { source: [], test: ['HDR-1'] };`;
  const { printed } = await check(t, { 'src/a.ts': cited, 'test/a.test.ts': cited }, exceptions);
  assert.match(printed, /no longer pending in test: HDR-1/);
});

test('a MUST that the examiner neither checks nor explains is named', async (t) => {
  const { status, printed } = await check(t, {
    'src/a.ts': cited,
    'test/a.test.ts': cited,
    'conformance/checks/coverage.ts': examiner('HDR-1', 'HDR-3'),
  });
  assert.equal(status, 1);
  assert.match(printed, /no check of the examiner names HDR-2: /);
  assert.match(printed, /of 3 MUSTs 2 are checked by the examiner/);
});
