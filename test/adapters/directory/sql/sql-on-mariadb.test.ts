import { after } from 'node:test';
import { startMariadb } from '../../../support/mariadb.ts';
import { newMariadbTables } from './directory-under-test.ts';
import { sqlTests } from './sql-tests.ts';

const server = await startMariadb();
after(() => server.stop());
sqlTests('MariaDB', () => newMariadbTables(server));
