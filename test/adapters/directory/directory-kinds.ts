import { describe, type TestContext } from 'node:test';
import { directoryKinds } from '../../../src/adapters/directory/catalog.ts';
import type { DirectoryKind } from '../../../src/adapters/directory/directory-kind.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import type { DirectoryPlace, KeptPlace } from './directory-place.ts';
import { newHttpPlace } from './http/directory-under-test.ts';
import { newPostgresPlace } from './postgres/directory-under-test.ts';
import { newSqlPlace } from './sql/directory-under-test.ts';
import { newSqlitePlace } from './sqlite/directory-under-test.ts';

type Kind = Settings['directory']['kind'];

export type NewPlace<Place = KeptPlace> = (t: TestContext) => Promise<Place>;

/** A place for each kind, in which there is nothing yet: those whose accounts `gsp-otp accounts` keeps, and the others. */
const keptPlaces: Readonly<Partial<Record<Kind, NewPlace>>> = {
  sqlite: async (t) => newSqlitePlace(t),
  postgres: (t) => newPostgresPlace(t),
};
const otherPlaces: Readonly<Partial<Record<Kind, NewPlace<DirectoryPlace>>>> = {
  http: (t) => newHttpPlace(t),
  sql: (t) => newSqlPlace(t),
};

const rows = directoryKinds as readonly DirectoryKind[];
/** What needs a server that not every machine has: its own tests ask the same of it. */
const elsewhere: readonly string[] = ['ldap'] satisfies readonly Kind[];

export const kindsUnderTest = rows
  .filter(({ kind }) => !elsewhere.includes(kind))
  .map((row) => {
    const newPlace = keptPlaces[row.kind as Kind] ?? otherPlaces[row.kind as Kind];
    if (newPlace === undefined) throw new TypeError(`no place for a directory of kind ${row.kind}`);
    return { row, newPlace };
  });

/** Registers tests for each kind whose accounts `gsp-otp accounts` keeps. */
export function describeKeepers(what: string, tests: (newPlace: NewPlace, row: KeepingKind) => void): void {
  for (const row of rows.filter(keepsAccounts)) {
    const newPlace = keptPlaces[row.kind as Kind];
    if (newPlace === undefined) throw new TypeError(`no place for the accounts of kind ${row.kind}`);
    describe(`${what} of kind ${row.kind}`, () => tests(newPlace, row));
  }
}

type KeepingKind = DirectoryKind & Required<Pick<DirectoryKind, 'accounts'>>;

function keepsAccounts(row: DirectoryKind): row is KeepingKind {
  return row.accounts !== undefined;
}
