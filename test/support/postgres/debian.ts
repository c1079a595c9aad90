import type { PostgresPrograms } from './programs.ts';

/** The oldest version that we support, from Debian 12. */
export const postgres15: PostgresPrograms = {
  version: 15,
  initdb: '/usr/lib/postgresql/15/bin/initdb',
  postgres: '/usr/lib/postgresql/15/bin/postgres',
};
