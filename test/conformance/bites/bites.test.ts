import { plainFaults } from '../faults/plain.ts';
import { plainStage } from '../plain-stage.ts';
import { testThatFaultsBite } from './bite.ts';

testThatFaultsBite(plainFaults, plainStage);
