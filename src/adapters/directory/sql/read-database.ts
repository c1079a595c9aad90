/** A database that is only read. */
export interface ReadDatabase {
  /** Rows of a statement with that one parameter. Throws `UnavailableError`, in whose message nothing of a row stands. */
  read(statement: string, value: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Safe to call twice. */
  close(): Promise<void>;
}
