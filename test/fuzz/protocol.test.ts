import { fuzzTests } from './fuzz-tests.ts';
import { protocolTargets } from './protocol-targets.ts';

fuzzTests(protocolTargets);
