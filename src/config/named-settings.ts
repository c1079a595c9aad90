import { joinPath, type SettingSchema } from './setting-schema.ts';
import { settings } from './settings.ts';
import { variableName } from './variable-name.ts';

/** A setting that can be given by itself; the contents of lists and maps are given together. */
export interface NamedSetting {
  readonly path: string;
  readonly variable: string;
  readonly schema: SettingSchema;
}

/** Every setting of the table, groups before their members. A choice by `kind` has the members of all kinds. */
export const namedSettings: readonly NamedSetting[] = [...listSettings('', settings)];

function* listSettings(path: string, schema: SettingSchema): Generator<NamedSetting> {
  if (path !== '') yield { path, variable: variableName(path), schema };
  const members = new Map<string, SettingSchema>();
  for (const part of [schema, ...(schema.anyOf ?? [])]) {
    for (const [name, member] of Object.entries(part.properties ?? {})) {
      // `kind` itself may be any of the kinds.
      members.set(name, member.const === undefined ? member : { type: 'string' });
    }
  }
  for (const [name, member] of members) yield* listSettings(joinPath(path, name), member);
}
