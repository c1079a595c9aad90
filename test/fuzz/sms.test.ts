import { fuzzTests } from './fuzz-tests.ts';
import { smsTargets } from './sms-targets.ts';

fuzzTests(smsTargets);
