import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { SqliteOptions } from '../../../../src/adapters/storage/sqlite/sqlite-engine.ts';

/** Called before and after every statement that the store runs; may throw, or end the process. */
export type Watch = (when: 'before' | 'after', sql: string) => void;

/** Opens real databases whose every statement is watched. The lock beside them isn't. */
export function watchedOpen(watch: Watch, setUp = ''): NonNullable<SqliteOptions['open']> {
  return (file, options) => {
    const database = new DatabaseSync(file, options);
    if (file.endsWith('-lock')) return database;
    database.exec(setUp);
    const aware = withCalls(database, ['exec'], (run, sql) => around(run, String(sql)));
    return withCalls(aware, ['prepare'], (run, sql) =>
      withCalls(run() as StatementSync, ['run', 'get', 'all'], (call) => around(call, String(sql))),
    );
  };

  function around(run: () => unknown, sql: string): unknown {
    watch('before', sql);
    const value = run();
    watch('after', sql);
    return value;
  }
}

/** What SQLite reports when the disk fails. */
export function diskFailure(): Error {
  return Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 });
}

/** `target` with some of its methods seen by `replace`, which is given the call as it would have been. */
function withCalls<T extends object>(
  target: T,
  names: readonly string[],
  replace: (run: () => unknown, first: unknown) => unknown,
): T {
  return new Proxy(target, {
    get(object, name) {
      // Native objects insist on being their own receiver.
      const value: unknown = Reflect.get(object, name, object);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) => {
        const run = () => Reflect.apply(value, object, parameters);
        return names.includes(String(name)) ? replace(run, parameters[0]) : run();
      };
    },
  });
}
