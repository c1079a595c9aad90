import { describe, type TestContext } from 'node:test';
import { directoryKinds } from '../../../src/adapters/directory/catalog.ts';
import type { DirectoryKind } from '../../../src/adapters/directory/directory-kind.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import type { DirectoryPlace } from './directory-place.ts';
import { newPostgresPlace } from './postgres/directory-under-test.ts';
import { newSqlitePlace } from './sqlite/directory-under-test.ts';

type Kind = Settings['directory']['kind'];

export type NewPlace = (t: TestContext) => Promise<DirectoryPlace>;

/** A place for each kind, in which there is nothing yet. */
const places: Readonly<Record<Kind, NewPlace>> = {
  sqlite: async (t) => newSqlitePlace(t),
  postgres: (t) => newPostgresPlace(t),
};

export const kindsUnderTest = (directoryKinds as readonly DirectoryKind[]).map((row) => ({
  row,
  newPlace: places[row.kind as Kind],
}));

/** Registers tests for each kind whose accounts `gsp-otp accounts` keeps. */
export function describeKeepers(what: string, tests: (newPlace: NewPlace, row: KeepingKind) => void): void {
  for (const { row, newPlace } of kindsUnderTest) {
    if (keepsAccounts(row)) describe(`${what} of kind ${row.kind}`, () => tests(newPlace, row));
  }
}

type KeepingKind = DirectoryKind & Required<Pick<DirectoryKind, 'accounts'>>;

function keepsAccounts(row: DirectoryKind): row is KeepingKind {
  return row.accounts !== undefined;
}
