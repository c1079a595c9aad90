import { fuzzTests } from './fuzz-tests.ts';
import { pgpTargets } from './pgp-targets.ts';

fuzzTests(pgpTargets);
