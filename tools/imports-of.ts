import { parseSync, Visitor } from 'oxc-parser';

export interface Import {
  /** `undefined`: computed, so that nobody can tell what it names. */
  readonly specifier: string | undefined;
  readonly line: number;
}

/** All that a source file refers to: by `import` and `export … from`, types too, `import()`, and `new URL` to a source. */
export function importsOf(file: string, text: string): readonly Import[] {
  const imports: Import[] = [];
  const add = (specifier: unknown, start: number) => {
    const line = text.slice(0, start).split('\n').length;
    imports.push({ specifier: typeof specifier === 'string' ? specifier : undefined, line });
  };

  const { program, errors } = parseSync(file, text);
  if (errors[0] !== undefined) throw new Error(`${file} can't be read: ${errors[0].message}`);
  new Visitor({
    ImportDeclaration: ({ source, start }) => add(source.value, start),
    ExportAllDeclaration: ({ source, start }) => add(source.value, start),
    ExportNamedDeclaration: ({ source, start }) => source && add(source.value, start),
    ImportExpression: ({ source, start }) => add('value' in source ? source.value : undefined, start),
    TSImportType: ({ source, start }) => add(source.value, start),
    TSExternalModuleReference: ({ expression, start }) => add(expression.value, start),
    NewExpression: ({ callee, arguments: [target], start }) => {
      if (callee.type !== 'Identifier' || callee.name !== 'URL' || target === undefined) return;
      if (
        'value' in target &&
        typeof target.value === 'string' &&
        /^\.{1,2}\/.*\.[jt]s$/.test(target.value)
      ) {
        add(target.value, start);
      }
    },
  }).visit(program);
  return imports;
}
