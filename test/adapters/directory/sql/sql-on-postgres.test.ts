import { newPostgresTables } from './directory-under-test.ts';
import { sqlTests } from './sql-tests.ts';

sqlTests('PostgreSQL', newPostgresTables);
