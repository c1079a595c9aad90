import { posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** Something that a module declares. */
export interface Declaration {
  readonly file: string;
  readonly name: string;
  /** As the compiler writes it, without comments. */
  readonly text: string;
  readonly node: Node;
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

interface Module {
  readonly declared: ReadonlyMap<string, Declaration>;
  /** By the name that it has here: where it comes from, and its name there. */
  readonly imported: ReadonlyMap<string, Reference>;
  readonly exported: ReadonlyMap<string, Reference>;
  /** Modules of ours of which everything is exported. */
  readonly all: readonly string[];
}

interface Reference {
  readonly file: string;
  readonly name: string;
}

/**
 * The tables of settings and the schemas of the internal API, and what is derived from them by inference:
 * `docs/configuration.md` and `docs/openapi/internal-api.json`, which are generated and tested, are their listings.
 */
const LISTED_ELSEWHERE = /^src\/(settings|methods\/internal)\//;

/** Reads declaration files: what they export, and what a declaration refers to. */
export class Declarations {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #modules = new Map<string, Module>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  /** What a module exports, by the name it has for others. */
  exportsOf(file: string): ReadonlyMap<string, Declaration> {
    const { exported, all } = this.#module(file);
    const found = new Map(all.flatMap((from) => [...this.exportsOf(from)]));
    for (const [name, reference] of exported) {
      const declaration = this.#resolve(reference);
      if (declaration === undefined) throw new Error(`${file} exports ${name}, which nothing declares`);
      found.set(name, declaration);
    }
    return found;
  }

  /** The types of ours that a declaration mentions. */
  mentionedBy({ file, node }: Declaration): readonly Declaration[] {
    return this.#referred(file, node, ['TSTypeReference', 'TSInterfaceHeritage', 'TSClassImplements']);
  }

  /** The values of ours whose types a declaration is made of, by `typeof`; such as a list of names. */
  valuesBehind({ file, node }: Declaration): readonly Declaration[] {
    return this.#referred(file, node, ['TSTypeQuery']);
  }

  #referred(file: string, node: Node, types: readonly string[]): readonly Declaration[] {
    return [...nodesIn(node)]
      .filter(({ type }) => types.includes(type))
      .map((found) => found['typeName'] ?? found['expression'] ?? found['exprName'])
      .map((name) => this.#resolve({ file, name: firstWordOf(name) }))
      .filter((declaration) => declaration !== undefined)
      .filter((declaration) => declaration.node !== node && !LISTED_ELSEWHERE.test(declaration.file));
  }

  /** `undefined`: it is of TypeScript, of a package, or a parameter. */
  #resolve({ file, name }: Reference): Declaration | undefined {
    const { declared, imported, exported } = this.#module(file);
    const local = declared.get(name);
    if (local !== undefined) return local;
    const elsewhere = imported.get(name) ?? exported.get(name);
    if (elsewhere !== undefined && elsewhere.file !== file) return this.#resolve(elsewhere);
    return this.#module(file)
      .all.map((from) => this.#resolve({ file: from, name }))
      .find(Boolean);
  }

  #module(file: string): Module {
    const known = this.#modules.get(file) ?? readModule(file, this.#texts.get(file));
    this.#modules.set(file, known);
    return known;
  }
}

function readModule(file: string, text: string | undefined): Module {
  if (text === undefined) throw new Error(`${file} is not among the declarations`);
  const { program, module, comments } = parseSync(file, text);
  const declared = new Map<string, Declaration>();
  const withoutComments = (start: number, end: number) =>
    comments
      .filter((comment) => comment.start >= start && comment.end <= end)
      .reduceRight(
        (left, comment) => left.slice(0, comment.start - start) + left.slice(comment.end - start),
        text.slice(start, end),
      )
      .replace(/^\s*\n/gm, '')
      .replace(/^declare /, '');
  for (const statement of program.body) {
    const node = 'declaration' in statement && statement.declaration ? statement.declaration : statement;
    const names =
      node.type === 'VariableDeclaration'
        ? node.declarations.map(({ id }) => id)
        : 'id' in node && node.id
          ? [node.id]
          : [];
    for (const id of names) {
      if (!('name' in id)) continue;
      const written = withoutComments(node.start, node.end);
      const before = declared.get(id.name);
      const whole = before ? `${before.text}\n${written}` : written;
      declared.set(id.name, { file, name: id.name, text: whole, node: node as unknown as Node });
    }
  }
  const targetOf = (request: string) =>
    posix.join(posix.dirname(file), request).replace(/\.(ts|js)$/, '.d.ts');
  const ours = (request: string) => request.startsWith('.');
  const imported = new Map(
    module.staticImports
      .filter(({ moduleRequest }) => ours(moduleRequest.value))
      .flatMap(({ moduleRequest, entries }) =>
        entries.map(({ importName, localName }): [string, Reference] => [
          localName.value,
          { file: targetOf(moduleRequest.value), name: importName.name ?? 'default' },
        ]),
      ),
  );
  const entries = module.staticExports.flatMap(({ entries }) => entries);
  const all = entries
    .filter(({ importName }) => importName.kind === 'AllButDefault')
    .map(({ moduleRequest }) => targetOf(moduleRequest?.value ?? ''));
  const exported = new Map(
    entries
      .filter(({ exportName }) => exportName.name)
      .map(({ exportName, importName, localName, moduleRequest }): [string, Reference] => [
        exportName.name ?? '',
        moduleRequest
          ? { file: targetOf(moduleRequest.value), name: importName.name ?? '' }
          : { file, name: localName.name ?? exportName.name ?? '' },
      ]),
  );
  return { declared, imported, exported, all };
}

function* nodesIn(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && typeof value.type === 'string') yield value as Node;
  for (const member of Object.values(value)) yield* nodesIn(member);
}

/** `a` of `a.b.c`. */
function firstWordOf(name: unknown): string {
  const node = name as { readonly name?: string; readonly left?: unknown; readonly object?: unknown };
  return node?.name ?? (node?.left || node?.object ? firstWordOf(node.left ?? node.object) : '');
}
