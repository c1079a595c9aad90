import { fuzzTests } from './fuzz-tests.ts';
import { joseTargets } from './jose-targets.ts';

fuzzTests(joseTargets);
