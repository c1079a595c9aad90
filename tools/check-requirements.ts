/**
 * Compares docs/protocol.md with what the files cite as `[ID]`. Ends with 1 if one cites an id that doesn't exist, or
 * if a MUST or MUST NOT is cited nowhere in the sources or nowhere in the tests, except as requirement-rules.ts says,
 * or if the examiner neither checks it nor says why it can't.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverageOf } from '../conformance/checks/coverage.ts';
import { type CitingPlace, chaptersChecked, citedIn, elsewhere, pending } from './requirement-rules.ts';

interface Requirement {
  readonly chapter: number;
  readonly must: boolean;
}

const root = join(import.meta.dirname, '..');
const requirements = readRequirements(readFileSync(join(root, 'docs/protocol.md'), 'utf8'));
const demanded = [...requirements].filter(
  ([, { chapter, must }]) => must && chaptersChecked.includes(chapter),
);
const places = Object.keys(citedIn) as CitingPlace[];
const faults = [...unknownCitations(), ...idleExceptions(), ...places.flatMap(missingIn), ...unexamined()];

for (const fault of faults) console.error(fault);
for (const place of places) report(place);
const checked = demanded.filter(([id]) => coverageOf(id).checks.length > 0).length;
console.log(`requirements: of ${demanded.length} MUSTs ${checked} are checked by the examiner`);
if (faults.length > 0) process.exitCode = 1;

/** Lines such as `- **HDR-7** MUST: …`, and the rows `| OQ-4 | … |` of the open questions. */
function readRequirements(markdown: string): ReadonlyMap<string, Requirement> {
  const found = new Map<string, Requirement>();
  let chapter = 0;
  for (const line of markdown.split('\n')) {
    chapter = Number(/^## (\d+)\./.exec(line)?.[1] ?? chapter);
    const [, id, level] = /^(?:- \*\*|\| )([A-Z]+(?:-[A-Z]+)*-\d+)(?:\*\*)?(.*)/.exec(line) ?? [];
    if (id === undefined || level === undefined) continue;
    if (found.has(id)) throw new Error(`docs/protocol.md says twice what ${id} is`);
    found.set(id, { chapter, must: /^ (MUST|SHOULD \(treat as MUST\))/.test(level) });
  }
  return found;
}

/** Every `[ID]` or `[ID, ID]` in the files, with the first place where it stands. */
function citations(glob: string): ReadonlyMap<string, string> {
  const cited = new Map<string, string>();
  for (const file of globSync(glob, { cwd: root }).sort()) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const { 1: ids, index } of text.matchAll(
      /\[([A-Z]{2,}(?:-[A-Z]+)*-\d+(?:, ?[A-Z][A-Z-]*-\d+)*)\]/g,
    )) {
      const at = `${file}:${text.slice(0, index).split('\n').length}`;
      for (const id of ids?.split(/, ?/) ?? []) if (!cited.has(id)) cited.set(id, at);
    }
  }
  return cited;
}

function unknownCitations(): readonly string[] {
  const everywhere = citations(
    '{src,conformance,console,test,tools,benchmarks,examples,docs}/**/*.{ts,js,sql,md}',
  );
  return [...everywhere]
    .filter(([id]) => !requirements.has(id))
    .map(([id, at]) => `${at} cites [${id}], which docs/protocol.md doesn't have`);
}

/** Exceptions for ids that don't exist or aren't demanded: left behind, or mistyped. */
function idleExceptions(): readonly string[] {
  const excepted = [...Object.keys(elsewhere), ...places.flatMap((place) => pending[place])];
  return excepted
    .filter((id) => !demanded.some(([known]) => known === id))
    .map((id) => `tools/requirement-rules.ts excepts ${id}, which isn't demanded: take it out`);
}

function missingIn(place: CitingPlace): readonly string[] {
  const cited = citations(citedIn[place]);
  const missing = demanded
    .map(([id]) => id)
    .filter((id) => !cited.has(id) && !pending[place].includes(id) && !elsewhere[id]?.[place]);
  if (missing.length === 0) return [];
  return [
    `nothing in ${citedIn[place]} cites ${missing.join(', ')}: write [ID] where each is fulfilled or shown`,
  ];
}

function unexamined(): readonly string[] {
  return demanded
    .map(([id]) => id)
    .filter((id) => coverageOf(id).checks.length === 0 && coverageOf(id).reason === undefined)
    .map(
      (id) =>
        `no check of the examiner names ${id}: write one, or say why not in conformance/checks/not-visible.ts`,
    );
}

function report(place: CitingPlace): void {
  const cited = citations(citedIn[place]);
  const found = demanded.filter(([id]) => cited.has(id)).length;
  const explained = demanded.filter(([id]) => elsewhere[id]?.[place]).length;
  const done = pending[place].filter((id) => cited.has(id));
  const left = pending[place].length - done.length;
  console.log(
    `requirements: of ${demanded.length} MUSTs ${found} cited in ${place}, ${explained} elsewhere, ${left} pending`,
  );
  if (done.length > 0) console.log(`  no longer pending in ${place}: ${done.join(', ')}`);
}
