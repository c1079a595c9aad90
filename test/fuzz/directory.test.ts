import { directoryTarget } from './directory-targets.ts';
import { fuzzTests } from './fuzz-tests.ts';

fuzzTests([directoryTarget]);
