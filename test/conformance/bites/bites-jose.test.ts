import { sealingFaults } from '../faults/sealing.ts';
import { joseFaults } from '../faults/sealing-jose.ts';
import { joseStage } from '../jose-stage.ts';
import { joseSeal } from '../reference/jose-seal.ts';
import { startReferenceServer } from '../reference/server.ts';
import { accounts } from '../setting.ts';
import { testThatARightServerPasses, testThatFaultsBite } from './bite.ts';

testThatARightServerPasses('JWE with JWS', joseStage);

testThatARightServerPasses('bare JWE', {
  start: () => startReferenceServer({ accounts, seal: joseSeal(false) }),
  configFor: (server) => ({ ...joseStage.configFor(server), codec: 'jwe' }),
});

testThatFaultsBite({ ...joseFaults, ...sealingFaults }, joseStage);
