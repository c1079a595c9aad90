import { joinPath, type SettingSchema } from './setting-schema.ts';
import { variableName } from './variable-name.ts';

/** A setting that can be given by itself; the contents of lists and maps are given together. */
export interface NamedSetting {
  readonly path: string;
  readonly variable: string;
  readonly schema: SettingSchema;
}

/** Every setting of a table, groups before their members. A choice by `kind` has the members of all kinds. */
export function nameSettings(table: SettingSchema): readonly NamedSetting[] {
  return uniqueByPath([...listSettings('', table)]);
}

function* listSettings(path: string, schema: SettingSchema): Generator<NamedSetting> {
  if (path !== '') yield { path, variable: variableName(path), schema };
  for (const part of [schema, ...(schema.anyOf ?? [])]) {
    for (const [name, member] of Object.entries(part.properties ?? {})) {
      // `kind` itself may be any of the kinds.
      yield* listSettings(joinPath(path, name), member.const === undefined ? member : { type: 'string' });
    }
  }
}

/** Names that settings had before: whoever still gives one is told what to do, wherever it is given. */
export function formerSettings(
  named: readonly NamedSetting[],
  table: SettingSchema,
): readonly NamedSetting[] {
  const groups = [{ path: '', schema: table }, ...named];
  const former = groups.flatMap(({ path, schema }) =>
    [schema, ...(schema.anyOf ?? [])].flatMap(({ formerly = {} }) =>
      Object.keys(formerly).map((name) => joinPath(path, name)),
    ),
  );
  return former.map((path) => ({ path, variable: variableName(path), schema: { type: 'string' } }));
}

/** Kinds share names; they mean the same, but groups may have members that those of other kinds lack. */
function uniqueByPath(all: readonly NamedSetting[]): readonly NamedSetting[] {
  return [...new Map(all.map((setting) => [setting.path, setting])).values()];
}
