import { describe, type TestContext } from 'node:test';
import { directoryKinds } from '../../../src/adapters/directory/catalog.ts';
import type { AccountsKeeper, DirectoryKind } from '../../../src/adapters/directory/directory-kind.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import type { DirectoryPlace } from './directory-place.ts';
import { newSqlitePlace } from './sqlite/directory-under-test.ts';

type Kind = Settings['directory']['kind'];

export type NewPlace = (t: TestContext) => Promise<DirectoryPlace>;

/** A place for each kind, in which there is nothing yet. */
const places: Readonly<Record<Kind, NewPlace>> = {
  sqlite: async (t) => newSqlitePlace(t),
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

export function keeperOf({ settings: { kind } }: DirectoryPlace['terms']): AccountsKeeper<unknown> {
  const { accounts } = (directoryKinds as readonly DirectoryKind[]).find((row) => row.kind === kind) ?? {};
  if (accounts === undefined) throw new TypeError(`the accounts of ${kind} are not ours to keep`);
  return accounts;
}
