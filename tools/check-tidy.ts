/**
 * Holds the sizes and the floor plan: lines of a file, lines of a function, files of a folder, and the arrows of imports
 * between the rooms of the tree. Ends with 1 and one line a violation if there are any.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { importsOf } from './imports-of.ts';
import {
  FILE_LINES_MAX,
  FOLDER_FILES_MAX,
  FUNCTION_LINES_MAX,
  ROOM_ARROWS_MAX,
  TABLES,
} from './tidy-rules.ts';

const root = join(import.meta.dirname, '..');
const CODE = '{bin,src,conformance,test,tools,benchmarks,examples}/**/*.{ts,js}';
const files = globSync(CODE, { cwd: root, exclude: ['**/.data-*/**'] }).sort();
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

const arrows = arrowsBetweenRooms();
const violations = [
  ...fullFolders(),
  ...files.flatMap(longFile),
  ...files.filter((file) => /^(src|conformance|bin)\//.test(file)).flatMap(longFunctions),
  ...tablesThatAreShort(),
  ...planFaults(),
];
for (const violation of violations) console.error(violation);
const rooms = new Set([...arrows.keys()].flatMap((arrow) => arrow.split(' → ')));
console.log(
  `tidy: ${files.length} files, ${rooms.size} rooms, ${arrows.size} arrows between them, ${violations.length} violations`,
);
if (violations.length > 0) process.exitCode = 1;

function* fullFolders(): Generator<string> {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(posix.dirname(file), (counts.get(posix.dirname(file)) ?? 0) + 1);
  for (const [folder, count] of counts) {
    if (count > FOLDER_FILES_MAX)
      yield `${folder} holds ${count} files; ${FOLDER_FILES_MAX} at most: divide it`;
  }
}

function longFile(file: string): readonly string[] {
  const lines = linesOf(file);
  if (lines <= FILE_LINES_MAX || TABLES.has(file)) return [];
  return [`${file} has ${lines} lines; ${FILE_LINES_MAX} at most, unless it is a table: tools/tidy-rules.ts`];
}

/** An exception that is not needed any more would hide the next file of that name. */
function tablesThatAreShort(): readonly string[] {
  return [...TABLES.keys()]
    .filter((file) => !texts.has(file) || linesOf(file) <= FILE_LINES_MAX)
    .map((file) => `tools/tidy-rules.ts: ${file} needs no exception`);
}

function linesOf(file: string): number {
  return (texts.get(file) ?? '').split('\n').length - 1;
}

function longFunctions(file: string): readonly string[] {
  const text = texts.get(file) ?? '';
  const found: string[] = [];
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const judge = ({ start, end }: { readonly start: number; readonly end: number }) => {
    const lines = lineAt(end) - lineAt(start) + 1;
    if (lines > FUNCTION_LINES_MAX) {
      found.push(`${file}:${lineAt(start)} is a function of ${lines} lines; ${FUNCTION_LINES_MAX} at most`);
    }
  };
  new Visitor({
    FunctionDeclaration: judge,
    FunctionExpression: judge,
    ArrowFunctionExpression: judge,
  }).visit(parseSync(file, text).program);
  return found;
}

/** The rooms: folders and files directly in `src/`, and the top folders beside it that ship. */
function roomOf(file: string): string {
  const [top = '', next = ''] = file.split('/');
  return top === 'src' ? `src/${next}` : top;
}

function arrowsBetweenRooms(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [file, text] of texts) {
    if (!/^(src|conformance)\//.test(file)) continue;
    for (const { specifier } of importsOf(file, text)) {
      if (!specifier?.startsWith('.')) continue;
      const target = posix.join(posix.dirname(file), specifier);
      const arrow = `${roomOf(file)} → ${roomOf(target)}`;
      if (texts.has(target) && roomOf(file) !== roomOf(target) && !found.has(arrow)) found.set(arrow, file);
    }
  }
  return found;
}

function* planFaults(): Generator<string> {
  if (arrows.size > ROOM_ARROWS_MAX) {
    yield `${arrows.size} arrows of imports between rooms; ${ROOM_ARROWS_MAX} at most:\n  ${[...arrows.keys()].join('\n  ')}`;
  }
  for (const room of new Set([...arrows.keys()].map((arrow) => arrow.split(' → ')[0] ?? ''))) {
    const circle = pathBetween(room, room);
    if (circle) yield `a circle of rooms: ${circle.join(' → ')}`;
  }
}

/** The rooms on the way, by imports, from one to another; `undefined`: there is none. */
function pathBetween(from: string, to: string): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[from]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way; way = ways.shift()) {
    for (const arrow of arrows.keys()) {
      const [start, end = ''] = arrow.split(' → ');
      if (start !== way.at(-1)) continue;
      if (end === to) return [...way, end];
      if (!seen.has(end)) ways.push([...way, end]);
      seen.add(end);
    }
  }
  return undefined;
}
