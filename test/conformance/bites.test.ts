import { testThatFaultsBite } from './bite.ts';
import { plainFaults } from './faults/plain.ts';
import { plainStage } from './stages.ts';

testThatFaultsBite(plainFaults, plainStage);
