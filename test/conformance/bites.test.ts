import { testThatFaultsBite } from './bite.ts';
import { plainFaults } from './faults/plain.ts';
import { plainStage } from './plain-stage.ts';

testThatFaultsBite(plainFaults, plainStage);
