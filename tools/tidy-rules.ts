/** The sizes that `check-tidy.ts` holds. */
export const FILE_LINES_MAX = 300;
export const FUNCTION_LINES_MAX = 50;
export const FOLDER_FILES_MAX = 25;
export const ROOM_ARROWS_MAX = 50;

/** Files that may be longer, each with the reason: a list of things of one kind, or texts. */
export const TABLES: ReadonlyMap<string, string> = new Map([
  ['src/settings/settings.ts', 'the table of settings'],
  ['tools/import-rules.ts', 'the table of what each place may import'],
  ['test/adapters/storage/planted/postgres-faults.ts', 'the table of faults to plant'],
]);
